-- Up to which row the audit log was removed as too old, and the hash of that row, sealed: the rows after it follow on it.
-- The last line (src/store/migrate.rs) lets the database remove rows up to there, and refuse anything else as before.
CREATE TABLE audit_cut (
    id     BIGINT PRIMARY KEY,
    number BIGINT NOT NULL,
    hash   {blob} NOT NULL,
    seal   {blob} NOT NULL
);
{cut_off}
