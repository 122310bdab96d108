-- The account is entered through the single sign-on alone; its password counts for nothing. Who it is there stands in
-- oidc_subject (0008).
ALTER TABLE account ADD COLUMN password_off BOOLEAN NOT NULL DEFAULT FALSE;
