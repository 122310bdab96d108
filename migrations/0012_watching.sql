-- What is counted while a campaign fills (src/watching/). Counts only: none has a key to a person, a device or a sheet.

-- Answer sheets by day, place and channel, counted in the transaction that stores them. The rows say as much themselves;
-- counted here so that no page has to count a million of them.
CREATE TABLE answer_count (
    campaign BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    channel  BIGINT NOT NULL,
    answers  BIGINT NOT NULL,
    PRIMARY KEY (campaign, day, place, channel)
) {clustered};
INSERT INTO answer_count (campaign, day, place, channel, answers)
SELECT campaign, day, place, channel, COUNT(*) FROM response GROUP BY campaign, day, place, channel;

-- The rest is gathered in memory and added now and then, never in a transaction that stores a sheet: the two could be
-- joined by the transaction that wrote them.

-- How often a counter's page was opened, and how many forms were begun as far as phones tell.
CREATE TABLE visit_count (
    campaign BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    scans    BIGINT NOT NULL,
    starts   BIGINT NOT NULL,
    PRIMARY KEY (campaign, day, place)
) {clustered};

-- Sheets by hour of the day; removed after some days.
CREATE TABLE hour_count (
    campaign BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    hour     BIGINT NOT NULL,
    answers  BIGINT NOT NULL,
    PRIMARY KEY (campaign, day, place, hour)
) {clustered};

-- Coarse classes, without a day: by unit how long answering took, at which hours and in which language; by campaign
-- (without unit) on what kind of device pages were opened and how far people got.
CREATE TABLE feature_count (
    campaign BIGINT NOT NULL,
    unit     TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    class    TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (campaign, unit, kind, class)
) {clustered};

-- What stood out on a finished day. Points, refuses nothing.
CREATE TABLE watch_flag (
    campaign BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    hour     BIGINT NOT NULL,
    observed BIGINT NOT NULL,
    total    BIGINT NOT NULL,
    expected DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (campaign, day, place, kind)
) {clustered};

-- The last day whose counts were looked through.
CREATE TABLE watch_day (
    campaign BIGINT PRIMARY KEY,
    day      BIGINT NOT NULL
);

-- Letters to the officers of units that are behind: those that wait, and those that went out.
CREATE TABLE reminder (
    number   BIGINT PRIMARY KEY,
    campaign BIGINT NOT NULL,
    unit     TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    made     BIGINT NOT NULL,
    -- The account that wrote it, or of the one that set the schedule up.
    made_by  TEXT   NOT NULL,
    tries    BIGINT NOT NULL,
    -- When the mail server took it; absent: it waits, unless it failed for good.
    sent     BIGINT,
    failed   BOOLEAN NOT NULL
);
CREATE INDEX reminder_by_campaign ON reminder (campaign, number);

-- Reminders that go out by themselves once a week, to whoever is behind then.
CREATE TABLE reminder_schedule (
    campaign BIGINT PRIMARY KEY,
    -- 0 Monday to 6 Sunday.
    weekday  BIGINT NOT NULL,
    subject  TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    made_by  TEXT   NOT NULL,
    -- The last day on which it was done.
    day      BIGINT NOT NULL
);
