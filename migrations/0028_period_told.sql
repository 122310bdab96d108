-- Reporting periods of which the Department has been told: that the report is ready, or that it is due. A period is named by its
-- questionnaire, form, code and campaigns.
CREATE TABLE period_told (
    period TEXT NOT NULL,
    what   TEXT NOT NULL CHECK (what IN ('ready', 'due')),
    PRIMARY KEY (period, what)
) {clustered};
