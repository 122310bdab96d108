-- Answers by personal link wait sealed (src/store/urn/sitting.rs): a row a person, all of the same length, so that copies of
-- the database from before and after an answer tell nothing of what was given.
ALTER TABLE urn RENAME TO urn_open;
ALTER TABLE urn_comment RENAME TO urn_open_comment;

CREATE TABLE urn (
    id       {blob} PRIMARY KEY,
    campaign BIGINT NOT NULL,
    sealed   {blob} NOT NULL
) {clustered};

-- urn_open and urn_open_comment hold what came before; the next start seals it and leaves them empty.
