"""The ledger, counted from the tables of rows.py."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb

from scenarios.audit.categories import COUNTS, OFFENDERS, PREPARE, PRICES
from scenarios.audit.ledger import MAX_OFFENDERS, Ledger, Offender


def count(db: duckdb.DuckDBPyConnection) -> Ledger:
    """Judge the rows that were loaded; once for each set of rows."""
    db.execute(PREPARE)
    counts: dict[str, Any] = {name: _one(db, query) for name, query in COUNTS.items()}
    counts |= {name: Decimal(_one(db, query) or 0).scaleb(-2) for name, query in PRICES.items()}
    offenders = {}
    for name, query in OFFENDERS.items():
        db.execute(f"CREATE OR REPLACE TABLE offending AS {query}")
        counts[name] = int(_one(db, "SELECT coalesce(sum(weight), 0) FROM offending"))
        if counts[name]:
            offenders[name] = _first_offenders(db)
    return Ledger(**counts, offenders=offenders)


def _first_offenders(db: duckdb.DuckDBPyConnection) -> Sequence[Offender]:
    rows = db.execute(
        """SELECT seq, p, o, path, what FROM offending LEFT JOIN files USING (file)
        ORDER BY seq NULLS LAST, p, o LIMIT ?""",
        [MAX_OFFENDERS],
    ).fetchall()
    return [
        Offender(seq, partition, offset, path or _nearest_file(db, partition, offset), what)
        for seq, partition, offset, path, what in rows
    ]


def _nearest_file(db: duckdb.DuckDBPyConnection, partition: int | None, offset: int | None) -> str | None:
    """Where something missing should lie: bronze's file with the offset nearest to it."""
    if partition is None or offset is None:
        return None
    path: str | None = _one(
        db,
        "SELECT path FROM bronze JOIN files USING (file) WHERE p = ? ORDER BY abs(o - ?) LIMIT 1",
        [partition, offset],
    )
    return path


def _one(db: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()) -> Any:
    rows = db.execute(query, list(parameters)).fetchall()
    return rows[0][0] if rows else None
