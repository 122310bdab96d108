-- Whether a comment may appear in reports: 0 not yet read, 1 released, 2 withheld. No time and no account: who read
-- which one when is nobody's matter.
ALTER TABLE comment ADD COLUMN status BIGINT NOT NULL DEFAULT 0;
