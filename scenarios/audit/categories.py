"""Each category of the ledger as one query over the tables of rows.py: a row for each offender.

seq, p, o       the event, and the partition and offset of its row (or where it was acknowledged)
file            number of the row's file; null for what is missing
weight          how many errors it stands for
what            the table, and what is wrong there
"""

from typing import Final

PREPARE: Final = """
CREATE VIEW ours AS SELECT file, p, o, seq FROM bronze WHERE who = 1;
CREATE VIEW typed AS SELECT file, p, o, who, seq, 'silver' AS name FROM silver
    UNION ALL SELECT file, p, o, who, seq, 'quarantine' FROM quarantine;
CREATE TABLE quarantined AS SELECT DISTINCT seq FROM quarantine WHERE who = 1;
CREATE TABLE resent AS
    SELECT seq FROM ours SEMI JOIN (SELECT seq FROM ours GROUP BY seq HAVING count(*) > 1) USING (seq)
    GROUP BY seq HAVING count(DISTINCT (p, o)) > 1;
CREATE TABLE streamed AS SELECT seq, ours.p, ours.o, stream
    FROM ours JOIN sent USING (seq) ANTI JOIN resent USING (seq)
    WHERE outcome = 'ok' AND stream IS NOT NULL AND tries = 1;
"""
"""`ours`: the run's bronze rows; `resent`: events that have several Kafka records; `streamed`: those of one record
that were acknowledged on a stream at their first try (neither calls of their own nor further tries have an order), a
table of its own because a join and a window at once need twice the memory. No query says NOT IN: a null would make it
empty. Each first finds the few that are wrong, cheaply, and then what is to be told of them."""

OFFENDERS: Final = {
    "lost": """
        SELECT seq, p, o, NULL AS file, 1 AS weight, 'bronze: acknowledged and not there' AS what
        FROM sent ANTI JOIN ours USING (seq) WHERE outcome = 'ok'""",
    "duplicated": """
        SELECT min(seq) AS seq, p, o, max(file) AS file, count(*) - 1 AS weight,
            'bronze: ' || count(*) || ' times' AS what
        FROM bronze GROUP BY p, o HAVING count(*) > 1
        UNION ALL
        SELECT min(seq), p, o, max(file), count(*) - 1, name || ': ' || count(*) || ' times'
        FROM typed GROUP BY p, o, name HAVING count(*) > 1""",
    "duplicated_by_client": """
        SELECT seq, max(p) AS p, max_by(o, (p, o)) AS o, max_by(file, (p, o)) AS file,
            count(DISTINCT (p, o)) - 1 AS weight,
            'bronze: ' || count(DISTINCT (p, o)) || ' records of one event' AS what
        FROM ours SEMI JOIN resent USING (seq) GROUP BY seq""",
    "phantom": """
        SELECT seq, max(p) AS p, max_by(o, (p, o)) AS o, max_by(file, (p, o)) AS file, 1 AS weight,
            'bronze: there, though it had failed' AS what
        FROM (SELECT seq, ours.p, ours.o, file FROM ours JOIN sent USING (seq) WHERE outcome = 'failed') GROUP BY seq
        UNION ALL
        SELECT seq, max(p), max_by(o, (p, o)), max_by(file, (p, o)), 1, 'bronze: never sent'
        FROM ours ANTI JOIN sent USING (seq) GROUP BY seq, CASE WHEN seq IS NULL THEN (p, o) END""",
    "corrupted": """
        SELECT seq, t.p, t.o, file, 1 AS weight, 'bronze: another '
            || CASE WHEN t.crc IS DISTINCT FROM sent.crc THEN 'checksum' ELSE 'intended time' END
            || ' than was sent' AS what
        FROM bronze AS t JOIN sent USING (seq)
        WHERE who = 1 AND (t.crc IS DISTINCT FROM sent.crc OR t.intended_ns IS DISTINCT FROM sent.intended_ns)
        UNION ALL
        SELECT seq, t.p, t.o, file, 1, 'quarantine: another checksum than was sent'
        FROM quarantine AS t JOIN sent USING (seq) WHERE who = 1 AND t.crc IS DISTINCT FROM sent.crc
        UNION ALL
        SELECT seq, t.p, t.o, file, 1, 'silver: another '
            || CASE WHEN t.price_cents IS DISTINCT FROM sent.price_cents THEN 'price' ELSE 'intended time' END
            || ' than was sent'
        FROM silver AS t JOIN sent USING (seq)
        WHERE who = 1
            AND (t.price_cents IS DISTINCT FROM sent.price_cents OR t.intended_ns IS DISTINCT FROM sent.intended_ns)""",
    "reordered": """
        SELECT seq, late.p, late.o, file, 1 AS weight,
            'bronze: behind event ' || before || ' of the same stream' AS what
        FROM (
            SELECT seq, p, o, max(seq) OVER (
                PARTITION BY p, stream ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS before
            FROM streamed SEMI JOIN (
                SELECT p, stream, seq, lag(seq) OVER (PARTITION BY p, stream ORDER BY o) AS last FROM streamed
                QUALIFY last > seq
            ) USING (p, stream)
        ) AS late JOIN ours USING (seq) WHERE before > seq""",
    "displaced": """
        SELECT seq, max(p) AS p, max_by(o, p) AS o, max_by(file, p) AS file, 1 AS weight,
            'bronze: acknowledged at partition ' || any_value(acked_p) || ' offset ' || any_value(acked_o) AS what
        FROM (
            SELECT seq, t.p, t.o, file, sent.p AS acked_p, sent.o AS acked_o FROM ours AS t JOIN sent USING (seq)
            WHERE outcome = 'ok' AND sent.p >= 0 AND sent.o >= 0 AND (t.p <> sent.p OR t.o <> sent.o)
        ) AS elsewhere
        WHERE NOT EXISTS (SELECT 1 FROM ours WHERE ours.seq = elsewhere.seq AND ours.p = acked_p AND ours.o = acked_o)
        GROUP BY seq""",
    "misrouted": """
        SELECT seq, p, o, file, 1 AS weight, 'bronze: in neither silver nor quarantine' AS what
        FROM bronze ANTI JOIN typed USING (p, o)
        UNION ALL
        SELECT seq, p, o, file, 1, name || ': not in bronze' FROM typed ANTI JOIN bronze USING (p, o)
        UNION ALL
        SELECT t.seq, p, o, t.file, 1, name || ': another event than bronze has at this offset'
        FROM typed AS t JOIN bronze USING (p, o) WHERE t.seq IS DISTINCT FROM bronze.seq OR t.who <> bronze.who
        UNION ALL
        SELECT seq, p, o, file, 1, 'silver: in quarantine, too' FROM silver SEMI JOIN quarantine USING (p, o)
        UNION ALL
        SELECT seq, p, o, file, 1, 'silver: poison' FROM silver WHERE who = 2
        UNION ALL
        SELECT seq, t.p, t.o, file, 1, 'silver: made unreadable on purpose' FROM silver AS t JOIN sent USING (seq)
        WHERE who = 1 AND spoilt""",
}

COUNTS: Final = {
    "bronze": "SELECT count(*) FROM bronze",
    "silver": "SELECT count(*) FROM silver",
    "quarantine": "SELECT count(*) FROM quarantine",
    "arrived": "SELECT count(DISTINCT seq) FROM ours",
    "resolved": "SELECT count(*) FROM sent SEMI JOIN ours USING (seq) WHERE outcome = 'unknown'",
    "foreign": "SELECT count(DISTINCT (p, o)) FROM bronze WHERE who <> 1",
    "poison": "SELECT count(DISTINCT (p, o)) FROM bronze WHERE who = 2",
    "poison_quarantined": "SELECT count(DISTINCT (p, o)) FROM quarantine WHERE who = 2",
    "spoilt": "SELECT count(*) FROM sent SEMI JOIN ours USING (seq) WHERE spoilt",
    "spoilt_quarantined": "SELECT count(*) FROM sent SEMI JOIN quarantined USING (seq) WHERE spoilt",
    "set_aside": "SELECT count(*) FROM sent SEMI JOIN quarantined USING (seq) WHERE NOT spoilt",
}

PRICES: Final = {
    "price_sent": """
        SELECT sum(price_cents)::BIGINT FROM sent ANTI JOIN quarantined USING (seq)
        WHERE outcome = 'ok' OR EXISTS (SELECT 1 FROM ours WHERE ours.seq = sent.seq)""",
    "price_silver": """
        SELECT sum(price_cents)::BIGINT FROM (
            SELECT price_cents FROM silver ANTI JOIN resent USING (seq) WHERE who = 1
            UNION ALL
            SELECT max(price_cents) FROM silver SEMI JOIN resent USING (seq) WHERE who = 1 GROUP BY seq
        )""",
}
"""Cents; null for none. An event of several records counts once."""
