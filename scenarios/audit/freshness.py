"""How long after the sender's intended time each event could be read in a table: its row, joined to the journal's
stamp."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

_STAMPED = """
SELECT (sent.intended_ns - $start_ns) // 1000000000 AS second, (committed_ns - sent.intended_ns) // 1000 AS us
FROM {table} JOIN sent USING (seq) ASOF JOIN (SELECT * FROM journal WHERE table_name = '{table}') AS stamp
    ON {table}.p = stamp.partition AND {table}.o >= stamp.first_offset
WHERE who = 1 AND {table}.o < stamp.end_offset
"""


_IN_GOLD = """
SELECT (sent.intended_ns - $start_ns) // 1000000000 AS second, (min(gold_ns) - sent.intended_ns) // 1000 AS us
FROM checked JOIN sent USING (seq)
    JOIN states ON checked.day = states.day AND checked.p = partition AND checked.o < states."end"
WHERE who = 1 AND reasons = '' AND gold_ns IS NOT NULL
GROUP BY checked.p, checked.o, sent.intended_ns
"""


def load_journal(db: duckdb.DuckDBPyConnection, journal: pa.Table) -> None:
    """Take in the batches, as scenarios.audit.journal reads them."""
    db.register("batches", journal)
    db.execute(
        "CREATE TABLE journal AS SELECT table_name, partition, first_offset, end_offset, committed_ns FROM batches"
    )
    db.unregister("batches")


def freshness(db: duckdb.DuckDBPyConnection, table: str, start_ns: int) -> Iterator[pa.RecordBatch]:
    """For each of the run's rows in `table` that a batch of the journal covers, in batches:

    second   int64, of its intended time, from the start
    us       int64, microseconds from its intended time to the commit that made it readable
    """
    query = _STAMPED.format(table=table)
    batches: Any = db.sql(query, params={"start_ns": start_ns}).to_arrow_reader(65_536)
    yield from batches


def gold_freshness(db: duckdb.DuckDBPyConnection, start_ns: int) -> Iterator[pa.RecordBatch]:
    """For each of the run's rows that gold has added up, by the first time at which it did; columns as of freshness.

    Of the tables that scenarios.audit.gold has made.
    """
    batches: Any = db.sql(_IN_GOLD, params={"start_ns": start_ns}).to_arrow_reader(65_536)
    yield from batches
