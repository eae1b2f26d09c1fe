"""Runs statements: each on a connection of its own to one DuckDB, whose memory they share."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, Final

import duckdb
import pyarrow as pa

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.connection import connect, failure
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query
from scenarios.targets.embedded.athena.sql.scanning import TableSource
from scenarios.targets.embedded.athena.sql.scope import Env, Statement
from scenarios.targets.embedded.athena.sql.tables import Tables
from scenarios.targets.embedded.athena.statement import Answer, Request, Usage

BATCH_ROWS: Final = 10_000


class Cancelled(Exception):
    """The statement was stopped before it came to its end."""


class Engine:
    """All statements' engine. Any thread may call it.

    Args:
        tables: makes the tables as one statement sees them, which counts in `Usage` what it reads of them.
        memory_bytes: how much DuckDB may hold, of all statements together.
        spill: a folder for what does not fit in.
        clock: the time, with its zone.
    """

    def __init__(
        self, tables: Callable[[Usage], Tables], memory_bytes: int, spill: Path, clock: Callable[[], datetime]
    ) -> None:
        self._tables = tables
        self._db = connect(memory_bytes, spill)
        self._clock = clock

    def start(self, request: Request, usage: Usage) -> "Running":
        """Make ready to run a statement."""
        return Running(self._db.cursor(), request, self._tables(usage), self._clock())

    def close(self) -> None:
        """Give up what is held."""
        self._db.close()


class Running:
    """One statement; `cancel` may be called from another thread, at any time."""

    def __init__(self, db: duckdb.DuckDBPyConnection, request: Request, tables: Tables, now: datetime) -> None:
        self._db = db
        self._request = request
        self._statement = Statement(tables, now, self._value)
        self._cancelled = Event()

    def answer(self) -> Answer:
        """Run it: what it comes to, whose rows are made while they are read.

        Raises:
            SqlError: it is wrong, fails, or is not known here.
            Cancelled: it was.
        """
        query = bind_query(parse(self._request.text), Env(self._statement, self._request.database))
        names = [name or f"_col{place}" for place, name in enumerate(query.names)]
        columns = list(zip(names, query.types, strict=True))
        return Answer("DML", "SELECT", columns, self._rows(query))

    def cancel(self) -> None:
        """Stop it; whoever waits for it gets Cancelled."""
        self._cancelled.set()
        self._db.interrupt()

    def close(self) -> None:
        """Give up what it holds; to be called once it is over."""
        self._db.close()

    def _value(self, bound: Bound) -> Any:
        try:
            [value] = self._db.execute(f"SELECT {bound.sql}").fetchall()[0]
        except duckdb.Error as error:
            raise failure(error) from error
        return value

    def _rows(self, query: Query) -> Iterator[pa.RecordBatch]:
        try:
            for name, table in self._statement.scans.items():
                self._db._register_arrow_source(name, TableSource(table))  # noqa: SLF001 - see there
            for batch in self._db.sql(query.sql).to_arrow_reader(BATCH_ROWS):
                if self._cancelled.is_set():
                    raise Cancelled
                yield batch
        except (duckdb.Error, pa.ArrowException) as error:
            if self._cancelled.is_set():
                raise Cancelled from error
            raise (self._statement.tables.failure or failure(error)) from error
