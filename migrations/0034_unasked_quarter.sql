-- The Department is also told of a quarter in which nobody is asked; its row is named by the quarter's code alone.
CREATE TABLE period_told_more (
    period TEXT NOT NULL,
    what   TEXT NOT NULL CHECK (what IN ('ready', 'due', 'unasked')),
    PRIMARY KEY (period, what)
) {clustered};
INSERT INTO period_told_more (period, what) SELECT period, what FROM period_told;
DROP TABLE period_told;
ALTER TABLE period_told_more RENAME TO period_told;
