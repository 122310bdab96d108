-- Lists of invited persons kept by pages: what letters need, and what stays of a list when it is deleted.

-- The person's office (chức vụ) and postal address, both as letters show them.
ALTER TABLE invitation ADD COLUMN title TEXT;
ALTER TABLE invitation ADD COLUMN address TEXT;
-- Taken off the list after it could have answered, or left over from a deleted list: no name, no address, no link, a random
-- code. Still counted, so that no count tells whether that person has answered.
ALTER TABLE invitation ADD COLUMN nameless BOOLEAN NOT NULL DEFAULT FALSE;
-- A link was made at some time, though none may be there now.
ALTER TABLE invitation ADD COLUMN had_link BOOLEAN NOT NULL DEFAULT FALSE;
-- Keyed hash of the short code of the letter that carries the link.
ALTER TABLE invitation ADD COLUMN code_hash {blob};
CREATE UNIQUE INDEX invitation_by_code ON invitation (code_hash);

-- Campaigns whose list was deleted, and on which day (since 1970).
CREATE TABLE erased_list (
    campaign BIGINT PRIMARY KEY REFERENCES campaign (number),
    day      BIGINT NOT NULL
);

-- Campaigns that tell staff who has not answered yet, and tell the invited persons so. Nobody but the absent are ever listed,
-- and never since when.
CREATE TABLE followed_campaign (
    campaign BIGINT PRIMARY KEY REFERENCES campaign (number)
);

-- How many of a group, or of a unit where there are no groups, had answered as of a day: what was shown, in steps (B-07).
CREATE TABLE turnout_by_group (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    name     TEXT NOT NULL,
    day      BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (campaign, name)
);
