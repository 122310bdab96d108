-- E-mail to invited persons and to officers: what waits to be sent, and all that is needed to send it at least once.
-- Nothing here says when, or whether, somebody answered: of a mail that went out a count stays, and its row is gone.

-- How the sending stands; one row, shared by all servers, which also makes them claim one after the other.
CREATE TABLE mail_server (
    id       BIGINT PRIMARY KEY,
    -- When the next mail is due by the limit per minute, or when the mail server is tried again.
    next     BIGINT NOT NULL,
    -- How often in a row it could not be reached.
    failures BIGINT NOT NULL,
    -- Why, in technical words.
    reason   TEXT
);
INSERT INTO mail_server (id, next, failures) VALUES (1, 0, 0);

-- Each time that invitations or reminders were sent off: counts.
CREATE TABLE mail_run (
    number   BIGINT PRIMARY KEY,
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    -- 'invitation' or 'reminder'.
    kind     TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    made_by  TEXT   NOT NULL,
    queued   BIGINT NOT NULL,
    sent     BIGINT NOT NULL,
    -- For good, by the mail server.
    refused  BIGINT NOT NULL,
    -- Tried for days.
    given_up BIGINT NOT NULL,
    -- No longer wanted: answered, withdrawn, closed, asked for no more mail.
    stopped  BIGINT NOT NULL
);
CREATE INDEX mail_run_by_campaign ON mail_run (campaign);

-- Mails that wait. A row goes when its mail is sent, refused or no longer wanted.
CREATE TABLE outbox (
    -- `person:CAMPAIGN:CODE` or `letter:NUMBER`: nobody waits for two mails at once.
    name     TEXT   PRIMARY KEY,
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    run      BIGINT,
    -- An invited person,
    code     TEXT,
    -- or a letter to an officer.
    letter   BIGINT,
    -- Random. With the server's key, which lies outside the database, it gives the token of the link that the mail
    -- carries, so that whenever the mail is sent again it is the same one.
    seed     {blob},
    -- The keyed hash of that token, from the first attempt on: the link works before the mail can be there.
    hash     {blob},
    tries    BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    -- Who is sending it, and until when nobody else may.
    claim    {blob},
    claimed  BIGINT,
    -- An attempt ended without a word from the mail server: the mail may be there.
    unsure   BOOLEAN NOT NULL
);
CREATE INDEX outbox_by_due ON outbox (due);
CREATE INDEX outbox_by_campaign ON outbox (campaign);
CREATE UNIQUE INDEX outbox_by_hash ON outbox (hash);

-- Hashes of links that a newer one took the place of, of nobody in particular: whoever opens one is told so. No reference
-- to the campaign: its row would be locked when a mail that was sent is noted.
CREATE TABLE ended_link (
    hash     {blob} PRIMARY KEY,
    campaign BIGINT NOT NULL
) {clustered};

-- Subjects and texts that a campaign has in place of the usual ones.
CREATE TABLE mail_template (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    kind     TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    PRIMARY KEY (campaign, kind)
);

-- Reminders that go out by themselves.
CREATE TABLE mail_schedule (
    campaign BIGINT PRIMARY KEY REFERENCES campaign (number),
    -- Every so many days; absent: on the dates alone.
    every    BIGINT,
    -- Days since 1970, separated by spaces.
    dates    TEXT   NOT NULL,
    -- None later than so many days before the last day.
    before   BIGINT NOT NULL,
    made_by  TEXT   NOT NULL,
    -- The last day on which it was done, or the one on which it was set up.
    day      BIGINT NOT NULL
);

-- Wants no more mail; the link stays.
ALTER TABLE invitation ADD COLUMN no_mail BOOLEAN NOT NULL DEFAULT FALSE;
-- Keyed hash of the token in List-Unsubscribe.
ALTER TABLE invitation ADD COLUMN stop_hash {blob};
-- Why the invitation could not be delivered: `refused CODE`, `address`, `given up`. Invitations go to everybody, so that it
-- tells nothing of answers; reminders write nothing here.
ALTER TABLE invitation ADD COLUMN mail_fault TEXT;
CREATE UNIQUE INDEX invitation_by_stop ON invitation (stop_hash);

-- Letters to officers that still waited.
INSERT INTO outbox (name, campaign, letter, tries, due, unsure)
SELECT 'letter:' || CAST(number AS TEXT), campaign, number, 0, made, FALSE FROM reminder WHERE sent IS NULL AND NOT failed;
