"""The ledger, counted from the tables of rows.py."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb

from reports.record import Ledger, Offender
from scenarios.audit.categories import COUNTS, OFFENDERS, PREPARE, PRICES
from scenarios.audit.ledger import MAX_OFFENDERS


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


def _first_offenders(db: duckdb.DuckDBPyConnection) -> tuple[Offender, ...]:
    rows = db.execute(
        """SELECT seq, p, o, path, what FROM offending LEFT JOIN files USING (file)
        ORDER BY seq NULLS LAST, p, o LIMIT ?""",
        [MAX_OFFENDERS],
    ).fetchall()
    return tuple(_offender(db, *row) for row in rows)


def _offender(
    db: duckdb.DuckDBPyConnection,
    seq: int | None,
    partition: int | None,
    offset: int | None,
    path: str | None,
    what: str,
) -> Offender:
    """Name one; what is missing is placed by what is there."""
    if path is None and partition is not None and partition >= 0:
        near = "SELECT path FROM bronze JOIN files USING (file) WHERE p = ? ORDER BY abs(o - ?), o LIMIT 1"
        path = _one(db, near, [partition, offset])
    elif path is None:
        near = "SELECT p, o, path, seq FROM ours JOIN files USING (file) ORDER BY abs(seq - ?), seq LIMIT 1"
        found = db.execute(near, [seq]).fetchall()
        partition, offset, path, other = found[0] if found else (None, None, None, None)
        what += f"; nearest to it is event {other}, which is here" if found else ""
    return Offender(seq=seq, partition=partition, offset=offset, file=path, what=what)


def _one(db: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()) -> Any:
    rows = db.execute(query, list(parameters)).fetchall()
    return rows[0][0] if rows else None
