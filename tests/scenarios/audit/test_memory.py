"""The ledger is counted within the memory that DuckDB is given; how two threads share it is another thing each time."""

from scenarios.audit.count import count
from scenarios.audit.rows import open_rows

EVENTS = 300_000
TIMES = 3

ROWS = f"""
INSERT INTO marks SELECT range, 0 FROM range(4);
INSERT INTO ends VALUES (-1, 0);
INSERT INTO files SELECT range, 'file ' || range FROM range(100);
INSERT INTO sent SELECT range, range * 1000, 'acked', hash(range) % 4000000000, range % 10000, range % 4, range % 4,
    range // 4, false, 1 FROM range({EVENTS});
INSERT INTO bronze SELECT o // 1000, p, o, 1, seq, intended_ns, crc FROM sent ORDER BY hash(seq);
INSERT INTO silver SELECT o // 1000, p, o, 1, seq, intended_ns, price_cents FROM sent ORDER BY hash(seq);
"""  # noqa: S608 - our own number


def test_some_hundred_thousand_events_are_counted_each_time() -> None:
    for _ in range(TIMES):
        with open_rows() as db:
            db.execute(ROWS)
            ledger = count(db)
        assert (ledger.bronze, ledger.silver, ledger.lost, ledger.corrupted) == (EVENTS, EVENTS, 0, 0)
