"""The statements that Athena has run, with what each scanned and costs."""

import json
from collections.abc import Iterable
from typing import Any, Final

import click

from reports.cost import query_usd
from reports.price_book import PriceBook, read_price_book
from scenarios.cli.sql_rows import write_table
from scenarios.targets.athena import Execution, Page

STATEMENT_LENGTH: Final = 60
_COLUMNS: Final = {
    "started": "timestamp",
    "state": "varchar",
    "seconds": "double",
    "scanned_bytes": "bigint",
    "usd": "double",
    "id": "varchar",
    "statement": "varchar",
}


def show_history(executions: Iterable[Execution], form: str) -> None:
    """Print them: as a table with the statements shortened, or as JSON."""
    book = read_price_book()
    rows = [_row(execution, book) for execution in executions]
    if form == "json":
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        write_table([Page(list(_COLUMNS.items()), [_shown(row) for row in rows], 0)], len(rows))
    else:
        click.echo("keystone: no statement was run yet", err=True)


def _row(execution: Execution, book: PriceBook) -> dict[str, Any]:
    return {
        "started": execution.submitted_at.isoformat(timespec="seconds"),
        "state": execution.state,
        "seconds": execution.seconds,
        "scanned_bytes": execution.scanned_bytes,
        "usd": query_usd(execution.metered, book) if execution.is_over else None,
        "id": execution.id,
        "statement": execution.statement,
    }


def _shown(row: dict[str, Any]) -> list[str | None]:
    text = " ".join(row["statement"].split())
    shortened = text if len(text) <= STATEMENT_LENGTH else f"{text[: STATEMENT_LENGTH - 3]}..."
    usd = "" if row["usd"] is None else f"{row['usd']:.6f}"
    spelled = {"seconds": f"{row['seconds']:.2f}", "scanned_bytes": f"{row['scanned_bytes']:,}", "usd": usd}
    return [str(value) for value in (row | spelled | {"statement": shortened}).values()]
