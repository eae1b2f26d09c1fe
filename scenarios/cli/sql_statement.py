"""One statement of Athena's, from its start to its bill."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final

import click

from reports.cost import MB, billed_bytes, query_usd
from reports.price_book import read_price_book
from scenarios.cli.progress import progress
from scenarios.cli.sql_rows import write_csv, write_json, write_table
from scenarios.targets.athena import Athena, Execution, Page, StatementFailed

LONG_S: Final = 1.0
"""From then on it is told how far a statement is."""

SHORTEST_PAUSE_S: Final = 0.02
LONGEST_PAUSE_S: Final = 0.5


def run_statement(athena: Athena, start: Callable[[], str], form: str, rows: int) -> None:
    """Run it and print its result, and on standard error its bill.

    Args:
        start: begins it and returns its id.
        form: table, csv or json.
        rows: at most so many of a table.

    Raises:
        StatementFailed: in Athena's words.
    """
    execution = _ended(athena, start)
    if execution.state != "SUCCEEDED":
        raise StatementFailed(execution.reason or execution.state)
    written = _write(athena, execution, form, rows)
    said = f"{written:,} row{'s' * (written != 1)} written, " if written else ""
    click.echo(f"keystone: {said}{_bill(execution)}", err=True)


def _ended(athena: Athena, start: Callable[[], str]) -> Execution:
    """The execution once it is over; whoever interrupts it stops it."""
    name, pause_s = "", SHORTEST_PAUSE_S
    try:
        with _interrupted_afterwards():
            name = start()
        with progress() as show:
            while not (execution := athena.execution(name)).is_over:
                if show.is_terminal and execution.seconds > LONG_S:
                    show(f"{execution.state.lower()}: {execution.seconds:.0f} s, {execution.scanned_bytes:,} B scanned")
                time.sleep(pause_s)
                pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
    except KeyboardInterrupt:
        if name:
            athena.stop(name)
            click.echo(f"keystone: the statement was stopped ({name})", err=True)
        raise
    return execution


@contextmanager
def _interrupted_afterwards() -> Iterator[None]:
    """A first Ctrl-C waits for the end of this: a statement that has no id yet nobody could stop."""
    came: list[int] = []

    def note(number: int, _frame: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _write(athena: Athena, execution: Execution, form: str, rows: int) -> int:
    """Print the result; return how many rows the statement has written."""
    pages = _counted(athena.pages(execution))
    first = next(pages)
    pages = chain([first], pages)
    if form == "csv":
        write_csv(pages)
    elif form == "json":
        write_json(pages)
    elif write_table(pages, rows):
        count = athena.row_count(execution)
        more = "there are more rows" if count is None else f"{count - rows:,} rows more"
        click.echo(f"keystone: {more}; --rows N shows N, --format csv and json all", err=True)
    return first.updated_rows


def _counted(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; on a terminal it is told how many rows there were so far, if they go elsewhere."""
    count, begun = 0, time.monotonic()
    with progress() as show:
        for page in pages:
            count += len(page.rows)
            if show.is_terminal and not sys.stdout.isatty() and time.monotonic() - begun > LONG_S:
                show(f"{count:,} rows read")
            yield page


def _bill(execution: Execution) -> str:
    query = execution.metered
    scanned, billed = f"{query.scanned_bytes:,} B scanned", f"{billed_bytes(query) // MB:,} MB billed"
    usd = query_usd(query, read_price_book())
    return f"{scanned}, {billed}, {execution.seconds:.2f} s, ${usd:.6f} on AWS"
