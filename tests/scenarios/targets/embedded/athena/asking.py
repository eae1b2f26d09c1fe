"""Statements put to the engine alone, without tables or with some."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlglot import exp

from scenarios.targets.embedded.athena.engine import Engine, Running
from scenarios.targets.embedded.athena.sql.errors import SqlError, unknown
from scenarios.targets.embedded.athena.sql.tables import Scan, Table, Version, View
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.statement import Answer, Columns, Request, Usage

NOW = datetime(2026, 11, 30, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class HeldTable:
    """Rows in memory."""

    columns: Columns
    rows: pa.Table
    hidden: Columns = ()
    scanned: list[tuple[list[str], str]] = field(default_factory=list)
    """What was asked for at each scan: columns, and the condition as text."""

    def scan(self, columns: Any, where: Any) -> Scan:
        """All rows, whatever the condition is."""
        self.scanned.append((list(columns), str(where)))
        chosen: Scan = self.rows.select(columns)
        return chosen


@dataclass(frozen=True)
class HeldTables:
    """Some tables, by database and name."""

    held: Mapping[tuple[str, str], Table | View] = field(default_factory=dict)
    failure: SqlError | None = None

    def find(self, database: str, name: str, version: Version) -> Table | View:
        """See Tables."""
        if version is not None:
            raise SqlError("NOT_SUPPORTED", "these tables have no versions")
        if (database, name) not in self.held:
            raise SqlError("TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{name}' does not exist")
        return self.held[database, name]


@dataclass(frozen=True)
class HeldStorage:
    """Tables that nothing can be done with but to read them."""

    held: HeldTables = field(default_factory=HeldTables)

    def tables(self, usage: Usage) -> HeldTables:
        """See Storage."""
        del usage
        return self.held

    def hive(self, request: Request, usage: Usage) -> Answer | None:
        """See Storage."""
        del request, usage
        return None

    def write(self, node: exp.Expression, request: Request, running: Running) -> Answer:
        """See Storage."""
        del request, running
        raise unknown(node)


@dataclass(frozen=True)
class Found:
    """Rows, and their columns' names and types."""

    names: tuple[str, ...]
    types: tuple[Type, ...]
    rows: list[tuple[Any, ...]]


def ask(engine: Engine, sql: str, database: str = "default") -> Found:
    """What a statement comes to.

    Raises:
        SqlError: it is wrong, fails, or is not known here.
    """
    found, batches = batches_of(engine, sql, database)
    rows = [
        tuple(column[place] for column in columns)
        for batch in batches
        for columns in [[column.to_pylist() for column in batch.columns]]
        for place in range(batch.num_rows)
    ]
    return Found(tuple(name for name, _ in found), tuple(kind for _, kind in found), rows)


def batches_of(engine: Engine, sql: str, database: str = "default") -> tuple[Columns, list[pa.RecordBatch]]:
    """A statement's columns, and its rows as the engine gives them.

    Raises:
        SqlError: it is wrong, fails, or is not known here.
    """
    running = engine.start(Request(sql, database), Usage())
    try:
        answer = running.answer()
        return answer.columns, list(answer.batches)
    finally:
        running.close()
