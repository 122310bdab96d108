-- What people are told before they answer (who is responsible, why, by which law, how long answers are kept): a JSON
-- object, or nothing.
ALTER TABLE campaign ADD COLUMN notice TEXT;
