-- When a unit exists (days since 1970, the first and the last one; none: as long as anybody knows), and the code of the
-- unit that it was merged into.
ALTER TABLE unit ADD COLUMN valid_from BIGINT;
ALTER TABLE unit ADD COLUMN valid_to BIGINT;
ALTER TABLE unit ADD COLUMN successor TEXT;

-- What a unit was called and belonged to before the day `until`; the row of `unit` is what holds since the last one.
CREATE TABLE unit_past (
    unit   TEXT NOT NULL REFERENCES unit (code) ON DELETE CASCADE,
    until  BIGINT NOT NULL,
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    parent TEXT,
    PRIMARY KEY (unit, until)
);

-- What was changed at the desk, so that it can be taken back: how many units, the name of one, and JSON of them before and
-- after.
CREATE TABLE unit_change (
    number  BIGINT PRIMARY KEY,
    made    BIGINT NOT NULL,
    account TEXT NOT NULL,
    units   BIGINT NOT NULL,
    name    TEXT NOT NULL,
    changes TEXT NOT NULL,
    undone  BOOLEAN NOT NULL
);
