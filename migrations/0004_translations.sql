-- The words of a pinned definition in a further language, beside it so that its hash stays: canonical JSON and its
-- SHA-256. Never changed once somebody answered in the language.
CREATE TABLE translation (
    definition BIGINT NOT NULL REFERENCES definition (number),
    language   TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    texts      TEXT NOT NULL,
    PRIMARY KEY (definition, language)
);
