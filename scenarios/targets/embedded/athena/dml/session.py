"""What a statement that writes works with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import BooleanExpression
from sqlglot import exp

from scenarios.targets.embedded.athena.lake.catalog import Lake
from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query
from scenarios.targets.embedded.athena.sql.scope import Env
from scenarios.targets.embedded.athena.sql.tables import Table, View
from scenarios.targets.embedded.athena.sql.types import UNKNOWN, VARCHAR, Type, common
from scenarios.targets.embedded.athena.statement import Answer


@dataclass(frozen=True)
class Session:
    """One statement: where its names are looked up, and how its queries run.

    Attributes:
        rows: a query's, made while they are read.
        held: runs a query once and keeps its rows until the statement is over; gives SQL that reads them.
        pruned: what the scans of a table that were made so far have been told that its rows must meet.
        location: a folder for what a new table holds, if the statement says no other.
        text: the statement as it was written.
    """

    env: Env
    lake: Lake
    rows: Callable[[Query], Iterator[pa.RecordBatch]]
    held: Callable[[Query], str]
    pruned: Callable[[Table], BooleanExpression]
    location: str
    text: str

    def name_of(self, table: exp.Table) -> tuple[str, str]:
        """A table's database and name."""
        return (table.db or self.env.database).lower(), table.name.lower()

    def find(self, table: exp.Table) -> Table | View:
        """A table as the statement found it.

        Raises:
            SqlError: there is none.
        """
        return self.env.statement.find(*self.name_of(table), None)

    def bind(self, node: Any) -> Query:
        """A query of the statement's.

        Raises:
            SqlError: it is wrong, or not known here.
        """
        return bind_query(node, self.env)

    def named_rows(self, query: Query, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """A query's rows, their columns under these names."""
        for batch in self.rows(query):
            yield batch.rename_columns(list(names))


def written(name: str, rows: int, files: Sequence[str] = ()) -> Answer:
    """That so many rows were written or changed, and into which files where Athena tells."""
    return Answer("DML", name, [], iter(()), rows, files)


def stored_as(value: Bound, to: Type) -> Bound | None:
    """A value as one of a column's type, as INSERT makes it one: by a cast that cuts no text.

    None if the two have nothing in common.
    """
    if common(value.type, to) is None:
        return None
    if to.kind not in ("varchar", "char") or not to.numbers or value.type == UNKNOWN:
        return cast(value, to)
    whole = coerced(value, VARCHAR).sql
    said = f"Cannot truncate non-space characters when casting from {value.type} to {to} on INSERT"
    wrong = fail("INVALID_CAST_ARGUMENT", said)
    too_long = f"length(rtrim({whole}, ' ')) > {to.numbers[0]}"
    return Bound(to, f"(CASE WHEN {too_long} THEN CAST({wrong} AS VARCHAR) ELSE {cast(value, to).sql} END)")
