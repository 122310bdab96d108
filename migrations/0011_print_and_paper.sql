-- Pictures for print by name: the province's logo, as a PNG that this program wrote.
CREATE TABLE picture (
    name  TEXT PRIMARY KEY,
    bytes {blob} NOT NULL
);

-- Whether every paper sheet of a campaign is keyed in by two people before it counts.
ALTER TABLE campaign ADD COLUMN paper_twice BOOLEAN NOT NULL DEFAULT FALSE;

-- Paper sheets printed: a range of numbers for a place. No number is printed for two.
CREATE TABLE paper_batch (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    first    BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    place    BIGINT NOT NULL REFERENCES place (number),
    language TEXT NOT NULL,
    PRIMARY KEY (campaign, first)
);

-- Numbers of paper sheets whose answers are in `response`, so that none counts twice. No time, and nothing of the
-- answers.
CREATE TABLE paper_sheet (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    number   BIGINT NOT NULL,
    place    BIGINT NOT NULL REFERENCES place (number),
    PRIMARY KEY (campaign, number)
);

-- What was keyed of a sheet that does not count yet, by whom: a JSON object from question to what was typed. Gone when
-- the sheet counts.
CREATE TABLE paper_entry (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    number   BIGINT NOT NULL,
    pass     BIGINT NOT NULL,
    account  TEXT NOT NULL,
    typed    TEXT NOT NULL,
    PRIMARY KEY (campaign, number, pass)
);
