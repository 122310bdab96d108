-- The campaign that changes are counted from, by its slug: it may be made later by another file.
ALTER TABLE campaign ADD COLUMN previous TEXT;

-- Known margins of a unit's population: by the answers to one question, how many of it there are. `totals` is a JSON
-- object from option code to number.
CREATE TABLE margin (
    campaign BIGINT NOT NULL REFERENCES campaign (number),
    unit     TEXT NOT NULL REFERENCES unit (code),
    question TEXT NOT NULL,
    totals   TEXT NOT NULL,
    PRIMARY KEY (campaign, unit, question)
);
