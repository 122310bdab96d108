-- Access tokens of programs (`/api/v1`). Only a keyed hash of a token is kept; what it opens is what its account may do
-- at that moment, cut to the token's scopes. The id is random and opens nothing.
CREATE TABLE access_token (
    id         TEXT    PRIMARY KEY,
    token_hash {blob}  NOT NULL UNIQUE,
    account    TEXT    NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    -- Codes of scopes with spaces between them.
    scopes     TEXT    NOT NULL,
    -- Whether whoever made it had come through the single sign-on, which answers for the second factor.
    vouched    BOOLEAN NOT NULL,
    created    BIGINT  NOT NULL,
    expires    BIGINT  NOT NULL,
    -- The day on which it was last used, since 1970.
    used       BIGINT
);
CREATE INDEX access_token_by_account ON access_token (account);
