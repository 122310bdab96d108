-- How a session came in (src/web/auth/session.rs, Admission): 0 with all that was asked for; 1 with a password that may not
-- stand alone, so that a second factor is set up before anything else; 2 through the single sign-on, which answers for the
-- second factor.
ALTER TABLE session ADD COLUMN entry BIGINT NOT NULL DEFAULT 0;

