-- One text for SQLite and PostgreSQL. Two words stand for what differs (src/store/migrate.rs):
--   {blob}       BLOB / BYTEA
--   {clustered}  WITHOUT ROWID / nothing: rows lie in the order of their random key, so none has a place in time
-- Times are UTC milliseconds since 1970, days are days since 1970 in the province's time zone.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Bumped by whatever changes units, campaigns, counters or invitations, so that servers drop what they hold.
CREATE TABLE revision (
    id    BIGINT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO revision (id, value) VALUES (1, 1);

CREATE TABLE unit (
    code   TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    parent TEXT REFERENCES unit (code)
);

-- Questionnaires as they were when a campaign pinned them: canonical JSON and its SHA-256.
CREATE TABLE definition (
    number    BIGINT PRIMARY KEY,
    id        TEXT NOT NULL,
    version   TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    canonical TEXT NOT NULL,
    UNIQUE (id, version)
);

CREATE TABLE campaign (
    number          BIGINT PRIMARY KEY,
    slug            TEXT NOT NULL UNIQUE,
    definition      BIGINT NOT NULL REFERENCES definition (number),
    form            TEXT NOT NULL,
    title           TEXT NOT NULL,
    opens           BIGINT NOT NULL,
    closes          BIGINT NOT NULL,
    target          DOUBLE PRECISION,
    minimum_answers BIGINT,
    demonstration   BOOLEAN NOT NULL,
    -- Answers stored now belong to this generation; a closed generation becomes a column segment.
    generation      BIGINT NOT NULL,
    -- The urn has been shuffled into the responses.
    settled         BOOLEAN NOT NULL
);

CREATE TABLE stratum (
    campaign   BIGINT NOT NULL REFERENCES campaign (number),
    unit       TEXT NOT NULL REFERENCES unit (code),
    population BIGINT NOT NULL,
    sample     BIGINT,
    PRIMARY KEY (campaign, unit)
);

-- Where answers come from: a counter of a campaign, or (without counter) a group of invited persons.
CREATE TABLE place (
    number   BIGINT PRIMARY KEY,
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    unit     TEXT NOT NULL REFERENCES unit (code),
    counter  TEXT,
    name     TEXT,
    address  TEXT,
    retired  BOOLEAN NOT NULL
);
CREATE INDEX place_by_campaign ON place (campaign);
CREATE INDEX place_by_address ON place (address);

-- Personal links. Only a keyed hash of the token is kept; `used` has no time.
CREATE TABLE invitation (
    campaign   BIGINT NOT NULL REFERENCES campaign (number),
    code       TEXT NOT NULL,
    unit       TEXT NOT NULL REFERENCES unit (code),
    name       TEXT,
    email      TEXT,
    token_hash {blob},
    -- The link was made for an e-mail, which may not have gone out yet.
    mailed     BOOLEAN NOT NULL,
    sent       BOOLEAN NOT NULL,
    used       BOOLEAN NOT NULL,
    PRIMARY KEY (campaign, code)
);
CREATE UNIQUE INDEX invitation_by_token ON invitation (token_hash);

-- The truth: one row an answer sheet. The id is a keyed hash of the form's idempotency key.
CREATE TABLE response (
    id         {blob} PRIMARY KEY,
    campaign   BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    definition BIGINT NOT NULL,
    channel    BIGINT NOT NULL,
    language   TEXT NOT NULL,
    day        BIGINT NOT NULL,
    answers    {blob} NOT NULL
) {clustered};
CREATE INDEX response_by_generation ON response (campaign, generation);

-- Free text, apart from the sheets and without a key to them.
CREATE TABLE comment (
    id       {blob} PRIMARY KEY,
    campaign BIGINT NOT NULL,
    unit     TEXT NOT NULL,
    question TEXT NOT NULL,
    text     TEXT NOT NULL
) {clustered};
CREATE INDEX comment_by_campaign ON comment (campaign);

-- Answers by personal link wait here, without time or order, until their campaign closes.
CREATE TABLE urn (
    id         {blob} PRIMARY KEY,
    campaign   BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    definition BIGINT NOT NULL,
    language   TEXT NOT NULL,
    answers    {blob} NOT NULL
) {clustered};

CREATE TABLE urn_comment (
    id       {blob} PRIMARY KEY,
    campaign BIGINT NOT NULL,
    unit     TEXT NOT NULL,
    question TEXT NOT NULL,
    text     TEXT NOT NULL
) {clustered};

-- How many invited persons have answered, as shown until the campaign closes: counted once a day, in steps.
CREATE TABLE turnout (
    campaign BIGINT PRIMARY KEY REFERENCES campaign (number),
    day      BIGINT NOT NULL,
    answered BIGINT NOT NULL
);

-- Derived from `response`: the columns of one generation; may be deleted and rebuilt at any time.
CREATE TABLE segment (
    campaign   BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    sheets     BIGINT NOT NULL,
    data       {blob} NOT NULL,
    PRIMARY KEY (campaign, generation)
);

CREATE TABLE account (
    name          TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    unit          TEXT REFERENCES unit (code),
    created       BIGINT NOT NULL
);

CREATE TABLE session (
    token_hash {blob} PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL
);
