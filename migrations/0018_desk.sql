-- The languages in which a campaign may be answered, separated by commas; NULL: every language of its questionnaire.
ALTER TABLE campaign ADD COLUMN languages TEXT;
