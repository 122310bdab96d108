-- Single answers of a campaign were deleted on this day, as those asked were promised: how many there were, and the report as
-- it was at last (index::report::Report in CBOR, in which every number comes back bit for bit).
CREATE TABLE erased_answers (
    campaign BIGINT PRIMARY KEY REFERENCES campaign (number),
    day      BIGINT NOT NULL,
    sheets   BIGINT NOT NULL,
    report   {blob} NOT NULL
);
