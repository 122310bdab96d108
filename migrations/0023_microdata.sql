-- Files of microdata that were made of a closed campaign: the same campaign gives the same bytes in the same language by
-- the same version of the program, and what is downloaded is held to this.
CREATE TABLE microdata (
    campaign BIGINT NOT NULL,
    format   TEXT NOT NULL,
    language TEXT NOT NULL,
    program  TEXT NOT NULL,
    sheets   BIGINT NOT NULL,
    -- Sheets that had been set aside then.
    left_out BIGINT NOT NULL,
    bytes    BIGINT NOT NULL,
    sha256   TEXT NOT NULL,
    PRIMARY KEY (campaign, format, language)
);
