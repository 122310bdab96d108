-- Who filled in the form (src/organisation/mode.rs): 0 not said, 1 the respondent, 2 with help from staff, 3 somebody
-- else. The urn has no such column: nobody with a personal link is asked.
ALTER TABLE response ADD COLUMN mode BIGINT NOT NULL DEFAULT 0;
