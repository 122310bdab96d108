-- Who is named as not having answered, where a campaign tells staff and has said so to those it invites: as of a day, and no
-- sooner, so that no list that is looked at twice tells when somebody answered.
ALTER TABLE invitation ADD COLUMN absent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE followed_campaign ADD COLUMN day BIGINT;
