-- Where a campaign stands by decision of its managers: draft, active, paused, archived (src/organisation/campaign.rs).
-- Within it the period decides.
ALTER TABLE campaign ADD COLUMN state TEXT NOT NULL DEFAULT 'active';

-- Addresses of counters that were replaced since somebody may have copied or spoiled their codes. None of them ever
-- counts again.
CREATE TABLE replaced_address (
    address TEXT PRIMARY KEY,
    counter TEXT NOT NULL
);
CREATE INDEX place_by_counter ON place (counter);
