"""What a query needs of the tables that it reads; who keeps them knows nothing of SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from pyiceberg.expressions import BooleanExpression

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import Type


class Scan(Protocol):
    """Rows to be read, as often as the stream is asked for: DuckDB may do so more than once."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as Arrow's C stream, each column as `Type.duckdb` says."""


class Table(Protocol):
    """A table, at one snapshot of it."""

    @property
    def columns(self) -> Sequence[tuple[str, Type]]:
        """Names in lower case, and types."""

    @property
    def hidden(self) -> Sequence[tuple[str, Type]]:
        """Columns that only a query sees that names them, such as `$path`."""

    def scan(self, columns: Sequence[str], where: BooleanExpression) -> Scan:
        """Some columns, in that order; at least all rows for which `where` is true.

        What `where` says decides which files and row groups are read, and no more: rows for which it is false may be
        among those read.
        """


@dataclass(frozen=True)
class View:
    """A query under a name.

    Attributes:
        sql: it.
        database: where names in it that have no database are looked up.
    """

    sql: str
    database: str
    columns: Sequence[tuple[str, Type]]


Version: TypeAlias = int | datetime | None
"""A snapshot's id, the time at which it was the newest (in UTC), or None for the one that is the newest now."""


class Tables(Protocol):
    """All tables there are."""

    @property
    def failure(self) -> SqlError | None:
        """Why reading a table ended early, once it has: of what a scan raises, Arrow hands on no more than the text."""

    def find(self, database: str, name: str, version: Version) -> Table | View:
        """One of them; `name` may be that of a part of an Iceberg table, such as `orders$files`.

        Raises:
            SqlError: SCHEMA_NOT_FOUND, TABLE_NOT_FOUND, or INVALID_ARGUMENTS for a version that is not there.
        """
