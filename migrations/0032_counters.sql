-- The counters that were added in one step at the desk have the same number within their campaign, so that the step can
-- be taken back. Absent: made by a file, by copying a campaign, or before.
ALTER TABLE place ADD COLUMN addition BIGINT;

-- What was sent to be looked at before it is done (many counters, a list of units), so that its preview has an address of
-- its own. Only the account that sent it gets it, for a few hours.
CREATE TABLE previewed (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    purpose TEXT NOT NULL,
    content {blob} NOT NULL,
    until   BIGINT NOT NULL
);
CREATE INDEX previewed_until ON previewed (until);
