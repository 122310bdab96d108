-- Tables of which deleted rows may still be in the database's files. Noted with the deletion, and gone once the files have
-- been written anew, so that a failure in between is tried again and told (`sipas doctor`). What was deleted it does not say.
CREATE TABLE rewrite_due (
    table_name TEXT PRIMARY KEY,
    -- When the first of these rows was deleted, and when the files were last begun to be written anew (UTC milliseconds).
    since BIGINT NOT NULL,
    tried BIGINT NOT NULL
);
-- People type the address beside a code, in small or large letters.
CREATE INDEX place_address_typed ON place (LOWER(address));
CREATE INDEX replaced_address_typed ON replaced_address (LOWER(address));
