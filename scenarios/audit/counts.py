"""Was every event that was sent put in exactly one place? Pure functions from rows read back to figures.

The rows of the three tables, read through the catalog, are joined by (producer, seq) to what the sender recorded: for
each event an outcome, ok, failed or unknown. Counted are

  lost                  events acked, and not in bronze, or in neither silver nor quarantine
  duplicated            Kafka records too many: several times in a table, or in both silver and quarantine
  duplicated_by_client  Kafka records too many of one event: the sender's doing, not the pipeline's
  phantom               events that failed for certain, and are there all the same
  unmatched             Kafka records in bronze and in neither silver nor quarantine, or the other way round
  set_aside             events in quarantine
  resolved              events of unknown outcome that are there; neither that nor the contrary is an error
  foreign               bronze rows of other producers in the same topic; they must balance, too
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

COLUMNS = ("partition", "offset", "producer", "seq")


@dataclass(frozen=True)
class Ledger:
    """Counts of rows and of what is wrong with them; see the module.

    `price_sent` is what silver's prices should add up to: those of the events that are acked, or in bronze all the
    same, and not in quarantine.
    """

    bronze: int
    silver: int
    quarantine: int
    distinct: Mapping[str, int]
    lost: int
    duplicated: int
    duplicated_by_client: int
    phantom: int
    unmatched: int
    set_aside: int
    resolved: int
    foreign: int
    price_sent: Decimal
    price_silver: Decimal


def count(sent: pa.Table, producer: str, bronze: pa.Table, silver: pa.Table, quarantine: pa.Table) -> Ledger:
    """Judge the rows.

    Args:
        sent: `seq`, `outcome` ("ok", "failed", "unknown"), `price_cents`; a row an event of `producer`.
        bronze, quarantine: COLUMNS of the topic's rows from the run's first offsets on.
        silver: COLUMNS and `price`, likewise.
    """
    with duckdb.connect() as db:
        for name, table in {"sent": sent, "bronze": bronze, "silver": silver, "quarantine": quarantine}.items():
            db.register(name, table)
        db.execute("CREATE TABLE run AS SELECT $producer AS producer", {"producer": producer})
        db.execute(_VIEWS)
        distinct = {
            table: _one(db, f'SELECT count(*) FROM (SELECT DISTINCT partition, "offset" FROM {table})')  # noqa: S608 - our own names
            for table in ("bronze", "silver", "quarantine")
        }
        return Ledger(
            bronze=bronze.num_rows,
            silver=silver.num_rows,
            quarantine=quarantine.num_rows,
            distinct=distinct,
            **{name: _one(db, query) for name, query in _COUNTS.items()},
            price_sent=_cents(_one(db, _PRICE_SENT)),
            price_silver=_one(db, _PRICE_SILVER) or Decimal("0.00"),
        )


_VIEWS = """
CREATE TABLE typed AS SELECT partition, "offset" FROM silver UNION ALL SELECT partition, "offset" FROM quarantine;
CREATE TABLE ours AS SELECT seq, partition, "offset" FROM bronze NATURAL JOIN run;
CREATE TABLE typed_ours AS
    SELECT seq FROM silver NATURAL JOIN run UNION ALL SELECT seq FROM quarantine NATURAL JOIN run;
CREATE TABLE silver_ours AS SELECT seq, price FROM silver NATURAL JOIN run;
"""

_COUNTS = {
    "lost": """
        SELECT count(*) FROM sent WHERE outcome = 'ok' AND NOT (
            EXISTS (SELECT 1 FROM ours WHERE ours.seq = sent.seq)
            AND EXISTS (SELECT 1 FROM typed_ours WHERE typed_ours.seq = sent.seq))""",
    "duplicated": """
        SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (
            SELECT count(*) AS n FROM bronze GROUP BY partition, "offset" HAVING n > 1
            UNION ALL SELECT count(*) AS n FROM typed GROUP BY partition, "offset" HAVING n > 1)""",
    "duplicated_by_client": """
        SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (
            SELECT count(DISTINCT (partition, "offset")) AS n FROM ours GROUP BY seq HAVING n > 1)""",
    "phantom": "SELECT count(*) FROM sent WHERE outcome = 'failed' AND seq IN (SELECT seq FROM ours)",
    "unmatched": """
        SELECT count(*) FROM (SELECT DISTINCT partition, "offset" FROM bronze) AS b
        FULL JOIN (SELECT DISTINCT partition, "offset" FROM typed) AS t USING (partition, "offset")
        WHERE b.partition IS NULL OR t.partition IS NULL""",
    "set_aside": "SELECT count(DISTINCT seq) FROM quarantine NATURAL JOIN run",
    "resolved": "SELECT count(*) FROM sent WHERE outcome = 'unknown' AND seq IN (SELECT seq FROM ours)",
    "foreign": "SELECT (SELECT count(*) FROM bronze) - (SELECT count(*) FROM ours)",
}

_PRICE_SENT = """
    SELECT sum(price_cents)::BIGINT FROM sent
    WHERE (outcome = 'ok' OR EXISTS (SELECT 1 FROM ours WHERE ours.seq = sent.seq))
    AND NOT EXISTS (SELECT 1 FROM quarantine NATURAL JOIN run WHERE quarantine.seq = sent.seq)"""
_PRICE_SILVER = "SELECT sum(price)::DECIMAL(38, 2) FROM silver_ours"


def _one(db: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = db.execute(query).fetchone()
    return row[0] if row else None


def _cents(cents: int | None) -> Decimal:
    return Decimal(cents or 0).scaleb(-2)
