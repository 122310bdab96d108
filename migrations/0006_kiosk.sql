-- Keyed hash of the code by which staff leave a tablet at a counter, or nothing.
ALTER TABLE campaign ADD COLUMN kiosk_code {blob};
