-- When an account's password was set, and when it was last entered: for the rules of a graded information system
-- (src/web/auth/levels.rs).
ALTER TABLE account ADD COLUMN password_set BIGINT;
ALTER TABLE account ADD COLUMN used BIGINT;
-- Hashes of passwords that an account had before, kept only where those rules hold.
CREATE TABLE password_history (
    account       TEXT   NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    at            BIGINT NOT NULL,
    password_hash TEXT   NOT NULL,
    PRIMARY KEY (account, at)
);
