-- Reporting periods of which the Department has been told: that the report is ready, or that it is due.
CREATE TABLE period_told (
    definition TEXT NOT NULL,
    form       TEXT NOT NULL,
    period     TEXT NOT NULL,
    what       TEXT NOT NULL CHECK (what IN ('ready', 'due')),
    PRIMARY KEY (definition, form, period, what)
) {clustered};
