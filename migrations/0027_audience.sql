-- Whether a questionnaire is for officials, who answer by personal links: the desk's pages of a campaign say and lead
-- accordingly without reading the questionnaire each time. Canonical JSON has no spaces, and within its texts quotation marks
-- stand behind a backslash, so that only the member itself is found.
ALTER TABLE definition ADD COLUMN officials BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE definition SET officials = TRUE WHERE canonical LIKE '%"audience":"officials"%';
