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
