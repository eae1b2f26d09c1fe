"""Runs statements: each on a connection of its own to one DuckDB, whose memory they share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb
import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression, Or
from sqlglot import exp

from scenarios.targets.embedded.athena.interrupting import Interrupter
from scenarios.targets.embedded.athena.sql.bound import Bound, unique
from scenarios.targets.embedded.athena.sql.connection import connect, failure
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.explaining import explain
from scenarios.targets.embedded.athena.sql.parameters import filled
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query
from scenarios.targets.embedded.athena.sql.scanning import TableSource
from scenarios.targets.embedded.athena.sql.scope import Env, Statement
from scenarios.targets.embedded.athena.sql.scripts import REFUSALS
from scenarios.targets.embedded.athena.sql.tables import Table, Tables
from scenarios.targets.embedded.athena.statement import Answer, Request, Usage

BATCH_ROWS: Final = 10_000


class Cancelled(Exception):
    """The statement was stopped before it came to its end."""


class Storage(Protocol):
    """What holds the tables, and does the statements that are no queries."""

    def tables(self, usage: Usage) -> Tables:
        """The tables as one statement sees them, which counts in `usage` what it reads of them."""

    def hive(self, request: Request, usage: Usage) -> Answer | None:
        """Do a statement that is of Hive's language; None for one that is SQL.

        Raises:
            SqlError: it is wrong, fails, or is not known here.
        """

    def write(self, node: exp.Expression, request: Request, running: "Running") -> Answer:
        """Do a statement of SQL that writes.

        Raises:
            SqlError: it is wrong, fails, or is not known here.
        """


class Engine:
    """All statements' engine. Any thread may call it.

    Args:
        memory_bytes: how much DuckDB may hold, of all statements together.
        spill: a folder for what does not fit in.
        clock: the time, with its zone.
    """

    def __init__(self, storage: Storage, memory_bytes: int, spill: Path, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._db = connect(memory_bytes, spill)
        self._clock = clock

    def start(self, request: Request, usage: Usage) -> "Running":
        """Make ready to run a statement."""
        return Running(self._db.cursor(), self._storage, request, usage, self._clock())

    def close(self) -> None:
        """Give up what is held."""
        self._db.close()


class Running:
    """One statement; `cancel` may be called from another thread, at any time."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, storage: Storage, request: Request, usage: Usage, now: datetime
    ) -> None:
        self._db = db
        self._storage = storage
        self._request = request
        self._usage = usage
        self._statement = Statement(storage.tables(usage), now, self._value)
        self.env = Env(self._statement, request.database.lower())
        self._sources: dict[str, TableSource] = {}
        self._interrupter = Interrupter(db.interrupt)

    def answer(self) -> Answer:
        """Run it: what it comes to, whose rows are made while they are read.

        Raises:
            SqlError: it is wrong, fails, or is not known here.
            Cancelled: it was.
        """
        if (found := self._storage.hive(self._request, self._usage)) is not None:
            return found
        try:
            return self._understood()
        except RecursionError:
            raise SqlError("NOT_SUPPORTED", "the statement is nested too deeply") from None

    def _understood(self) -> Answer:
        node = parse(filled(self._request.text, self._request.parameters))
        if isinstance(node, exp.Query | exp.Values):
            return self._query(bind_query(node, self.env))
        if isinstance(node, exp.Command) and node.this.upper() == "EXPLAIN":
            return explain(node.text("expression"), self.env, self._plan)
        return self._storage.write(node, self._request, self)

    def cancel(self) -> None:
        """Stop it; whoever waits for it gets Cancelled."""
        self._interrupter.stop()

    def close(self) -> None:
        """Give up what it holds; to be called once it is over."""
        self._interrupter.close()
        self._db.close()

    def rows(self, query: Query) -> Iterator[pa.RecordBatch]:
        """A query's rows, made while they are read.

        Raises:
            SqlError, Cancelled: as of `answer`.
        """
        with self._errors_in_trinos_words(), _refusals_kept(query.sql):
            self._go_on()
            self._register()
            for batch in self._db.sql(query.sql).to_arrow_reader(BATCH_ROWS):
                self._go_on()
                yield batch
            self._go_on()

    def held(self, query: Query) -> str:
        """Run a query once, and keep its rows until the statement is over.

        Each has a column keystone_row besides, which is not NULL.

        Returns:
            a table's name, for SQL that reads them.

        Raises:
            SqlError, Cancelled: as of `answer`.
        """
        name = unique("keystone_held")
        with self._errors_in_trinos_words(), _refusals_kept(query.sql):
            self._register()
            self._db.execute(
                f"CREATE TEMP TABLE {name} AS SELECT row_number() OVER () AS keystone_row, * FROM ({query.sql}) q"
            )
            self._go_on()
        return name

    def pruned(self, table: Table) -> BooleanExpression:
        """What a table's rows had to meet, of all scans of it so far."""
        asked = [where for source in self._sources.values() if source.table is table for where in source.asked]
        found = asked[0] if asked else AlwaysTrue()
        for where in asked[1:]:
            found = Or(found, where)
        return found

    def _query(self, query: Query) -> Answer:
        names = [name or f"_col{place}" for place, name in enumerate(query.names)]
        return Answer("DML", "SELECT", list(zip(names, query.types, strict=True)), self.rows(query))

    def _plan(self, query: Query) -> str:
        with self._errors_in_trinos_words():
            self._register()
            return str(self._db.execute(f"EXPLAIN {query.sql}").fetchall()[0][1])

    def _value(self, bound: Bound) -> Any:
        with self._errors_in_trinos_words(), _refusals_kept(bound.sql):
            [value] = self._db.execute(f"SELECT {bound.sql}").fetchall()[0]
            return value

    def _register(self) -> None:
        for name, table in self._statement.scans.items():
            if name not in self._sources:
                self._sources[name] = TableSource(table)
                self._db._register_arrow_source(name, self._sources[name])  # noqa: SLF001 - see TableSource

    def _go_on(self) -> None:
        if self._interrupter.stopped.is_set():
            raise Cancelled

    @contextmanager
    def _errors_in_trinos_words(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            if self._interrupter.stopped.is_set():
                raise Cancelled from error
            raise self._statement.tables.failure or failure(error) from error


@contextmanager
def _refusals_kept(sql: str) -> Iterator[None]:
    """What is refused within TRY is no NULL. A statement beside this one that is refused may end it, too.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    before = REFUSALS.seen
    yield
    if "TRY(" in sql and REFUSALS.seen != before:
        raise SqlError("NOT_SUPPORTED", "a value within TRY is not supported here")
