-- Roles have their final names; an account may end, is bound to a person, and may have a second factor.
UPDATE account SET role = 'manager' WHERE role = 'department';
UPDATE account SET role = 'officer' WHERE role = 'unit';

ALTER TABLE account ADD COLUMN full_name TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN email TEXT;
ALTER TABLE account ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
-- The account cannot be used from this moment on.
ALTER TABLE account ADD COLUMN expires BIGINT;
-- The second factor's secret follows from this number and the server's key, which is not in the database.
ALTER TABLE account ADD COLUMN totp_seed {blob};
-- The time step of the last code used: none serves twice.
ALTER TABLE account ADD COLUMN totp_step BIGINT;
-- Who this account is at the single sign-on: issuer and subject.
ALTER TABLE account ADD COLUMN oidc_subject TEXT;
CREATE UNIQUE INDEX account_by_oidc ON account (oidc_subject);

CREATE TABLE recovery_code (
    account   TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    code_hash {blob} NOT NULL,
    PRIMARY KEY (account, code_hash)
);

-- One-time links of staff: to set a first password, or a new one. Only a keyed hash of the token is kept.
CREATE TABLE account_link (
    token_hash {blob} PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    purpose    TEXT NOT NULL,
    expires    BIGINT NOT NULL
);

-- So that people recognise their own sessions. The id is random and opens nothing.
ALTER TABLE session ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
DELETE FROM session;

-- Who did what, when, from where. Rows are only ever added: each hash (keyed) covers its row and the hash before it.
-- The last line (src/store/migrate.rs) makes the database refuse anything else.
CREATE TABLE audit (
    number    BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    origin    TEXT NOT NULL,
    action    TEXT NOT NULL,
    object    TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    hash      {blob} NOT NULL
);
CREATE INDEX audit_by_actor ON audit (actor, number);
CREATE INDEX audit_by_action ON audit (action, number);
-- The last row of the log, sealed: without it nobody would notice that the newest rows are gone.
CREATE TABLE audit_head (
    id     BIGINT PRIMARY KEY,
    number BIGINT NOT NULL,
    hash   {blob} NOT NULL,
    seal   {blob} NOT NULL
);
{append_only}
