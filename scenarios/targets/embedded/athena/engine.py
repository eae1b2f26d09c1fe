"""Runs statements: each on a connection of its own to one DuckDB, whose memory they share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import duckdb
import pyarrow as pa

from scenarios.targets.embedded.athena.sql.engine import connect, failure
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.query import bind_query
from scenarios.targets.embedded.athena.sql.tables import Tables
from scenarios.targets.embedded.athena.statement import Answer, Request, Usage

BATCH_ROWS = 10_000


class Cancelled(Exception):
    """The statement was stopped before it came to its end."""


class Engine:
    """All statements' engine. Any thread may call it.

    Args:
        tables: makes the tables as one statement sees them, which counts in `Usage` what it reads of them.
        memory_bytes: how much DuckDB may hold, of all statements together.
        spill: a folder for what does not fit in.
    """

    def __init__(self, tables: Callable[[Usage], Tables], memory_bytes: int, spill: Path) -> None:
        self._tables = tables
        self._db = connect(memory_bytes, spill)

    def start(self, request: Request, usage: Usage) -> "Running":
        """Make ready to run a statement."""
        return Running(self._db.cursor(), request, self._tables(usage))

    def close(self) -> None:
        """Give up what is held."""
        self._db.close()


class Running:
    """One statement; `cancel` may be called from another thread, at any time."""

    def __init__(self, db: duckdb.DuckDBPyConnection, request: Request, tables: Tables) -> None:
        self._db = db
        self._request = request
        self._tables = tables
        self._cancelled = Event()

    def answer(self) -> Answer:
        """Run it: what it comes to, whose rows are made while they are read.

        Raises:
            SqlError: it is wrong, fails, or is not known here.
            Cancelled: it was.
        """
        query = bind_query(parse(self._request.text))
        names = [name or f"_col{place}" for place, name in enumerate(query.names)]
        columns = list(zip(names, query.types, strict=True))
        return Answer("DML", "SELECT", columns, self._rows(query.sql))

    def cancel(self) -> None:
        """Stop it; whoever waits for it gets Cancelled."""
        self._cancelled.set()
        self._db.interrupt()

    def close(self) -> None:
        """Give up what it holds; to be called once it is over."""
        self._db.close()

    def _rows(self, sql: str) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._db.sql(sql).to_arrow_reader(BATCH_ROWS):
                if self._cancelled.is_set():
                    raise Cancelled
                yield batch
        except (duckdb.Error, pa.ArrowInvalid) as error:
            if self._cancelled.is_set():
                raise Cancelled from error
            raise failure(error) from error
