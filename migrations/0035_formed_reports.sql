-- Reports over many answers, so that a server that starts again has them at once. `made_from` is a hash of all that the
-- report was computed from and of the program that did; nobody asks for one with another hash. Comments are not in it.
CREATE TABLE formed_report (
    campaign  BIGINT NOT NULL,
    under     BIGINT NOT NULL,
    made_from TEXT NOT NULL,
    made      BIGINT NOT NULL,
    report    {blob} NOT NULL,
    PRIMARY KEY (campaign, under)
);

-- When populations or margins changed last: from then on every answer stands for something else.
ALTER TABLE campaign ADD COLUMN weighed BIGINT;
