CREATE TABLE days (
    day          date    NOT NULL,
    generation   integer NOT NULL,
    snapshot_id  bigint  NOT NULL,
    rows         bigint  NOT NULL,
    failing      bigint  NOT NULL,
    by_rule      jsonb   NOT NULL,
    ends         jsonb   NOT NULL,
    route        text    NOT NULL CHECK (route IN ('clean', 'quarantine', 'held')),
    checked_ns   bigint  NOT NULL,
    gold_ns      bigint,
    PRIMARY KEY (day, generation)
);

COMMENT ON TABLE days IS
    'One row for each day of purchase and each of its generations (see the markers in the silver bucket) that the rules '
    'were put to. Of a generation that was checked several times, the last.';
COMMENT ON COLUMN days.snapshot_id IS 'Of silver, in which the day was looked at.';
COMMENT ON COLUMN days.rows IS 'Of the day in that snapshot: those in gold and those in quarantine (stage quality).';
COMMENT ON COLUMN days.by_rule IS 'Rule: rows that break it. A row may break several.';
COMMENT ON COLUMN days.ends IS 'Partition of Kafka: the offset after the day''s last row in that snapshot.';
COMMENT ON COLUMN days.checked_ns IS 'UTC nanoseconds, by the clock of who checked.';
COMMENT ON COLUMN days.gold_ns IS
    'UTC nanoseconds: when the day''s rows had landed in gold, for the first time in this generation. Null: not yet, or held.';

CREATE TABLE alerts (
    key     text   NOT NULL,
    channel text   NOT NULL,
    sent_ns bigint NOT NULL,
    PRIMARY KEY (key, channel)
);

COMMENT ON TABLE alerts IS
    'One row for each alert and each channel that has taken it: it is not sent there again. Who sends holds the row of '
    'its transaction until the channel has answered.';
COMMENT ON COLUMN alerts.key IS 'What it is about: kind, day and generation.';
COMMENT ON COLUMN alerts.sent_ns IS 'UTC nanoseconds: when somebody set out to send it.';
