-- Published results, as they were when somebody published them: what the public reads stays the same until it is published
-- anew. None is ever deleted; one that was withdrawn is not shown. Files are packed with gzip; bytes and SHA-256 are those of
-- the file itself.
CREATE TABLE publication (
    campaign  BIGINT NOT NULL REFERENCES campaign (number),
    number    BIGINT NOT NULL,
    published BIGINT NOT NULL,
    withdrawn BIGINT,
    -- SHA-256 of the populations, margins and settings that the figures were formed from.
    inputs    TEXT NOT NULL,
    PRIMARY KEY (campaign, number)
);
CREATE TABLE publication_file (
    campaign BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    name     TEXT NOT NULL,
    bytes    BIGINT NOT NULL,
    sha256   TEXT NOT NULL,
    packed   {blob} NOT NULL,
    PRIMARY KEY (campaign, number, name),
    FOREIGN KEY (campaign, number) REFERENCES publication (campaign, number)
);
