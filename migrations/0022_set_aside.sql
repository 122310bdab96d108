-- Answers that two people have set aside: those of a counter, or of all counters of a unit, on some days. The answers
-- themselves stay as they are; figures are formed without them while the state says so. No row is ever removed.
CREATE TABLE set_aside (
    number             BIGINT PRIMARY KEY,
    campaign           BIGINT NOT NULL,
    unit               TEXT   NOT NULL,
    -- Absent: all counters of the unit.
    place              BIGINT,
    first_day          BIGINT NOT NULL,
    last_day           BIGINT NOT NULL,
    reason             TEXT   NOT NULL,
    words              TEXT   NOT NULL,
    -- How many there were when it was proposed.
    answers            BIGINT NOT NULL,
    -- proposed, withdrawn, rejected; out, back_proposed (both: set aside); back.
    state              TEXT   NOT NULL,
    proposed           BIGINT NOT NULL,
    proposed_by        TEXT   NOT NULL,
    decided            BIGINT,
    decided_by         TEXT,
    back_words         TEXT,
    back_proposed      BIGINT,
    back_proposed_by   TEXT,
    back_decided       BIGINT,
    back_decided_by    TEXT
);
CREATE INDEX set_aside_by_campaign ON set_aside (campaign, number);

-- Segments did not say which day a sheet is of. They are derived and built anew.
DELETE FROM segment;
