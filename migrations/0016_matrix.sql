-- Who judges what: groups of raters, and the units that each group judges with which form (src/organisation/raters.rs).
-- A campaign without assignments asks every invited person about one thing and has no rows here.
CREATE TABLE rater_group (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    code     TEXT NOT NULL,
    name     TEXT NOT NULL,
    -- Its share among the groups; absent: the definition's, else by number invited.
    weight   DOUBLE PRECISION,
    -- Counted when the campaign is settled, since the list of invited persons is deleted after it.
    invited  BIGINT,
    answered BIGINT,
    PRIMARY KEY (campaign, code)
);

-- `persons` is how many of the group were to judge the unit, counted when the campaign is settled.
CREATE TABLE assignment (
    campaign    BIGINT NOT NULL REFERENCES campaign (number),
    rater_group TEXT NOT NULL,
    unit        TEXT NOT NULL REFERENCES unit (code),
    form        TEXT NOT NULL,
    persons     BIGINT,
    PRIMARY KEY (campaign, rater_group, unit)
);

-- The group of an invited person; `unit` is the person's own.
ALTER TABLE invitation ADD COLUMN rater_group TEXT;

-- Where answers about a judged unit come from: the unit, and the group of those who judged it.
ALTER TABLE place ADD COLUMN rater_group TEXT;
