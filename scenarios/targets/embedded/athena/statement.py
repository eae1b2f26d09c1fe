"""A statement: what is asked, what it comes to, and what it used on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, TypeAlias

import pyarrow as pa

from scenarios.targets.embedded.athena.sql.types import Type

Kind: TypeAlias = Literal["DDL", "DML", "UTILITY"]
"""As Athena sorts statements."""

Columns: TypeAlias = Sequence[tuple[str, Type]]
"""Names and types."""


@dataclass(frozen=True)
class Request:
    """A statement.

    Attributes:
        text: it.
        database: where names in it that have no database are looked up.
        parameters: SQL for its question marks, as Athena's ExecutionParameters are: `'text'`, `1`, `date '2018-05-24'`.
        location: a folder for what a new table holds, if the statement says no other; ends with a slash.
    """

    text: str
    database: str = "default"
    parameters: Sequence[str] = ()
    location: str = ""


@dataclass
class Usage:
    """What a statement has read so far; any thread may add to it and read it."""

    scanned_bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def scanned(self, count: int) -> None:
        """Count `count` bytes more."""
        with self._lock:
            self.scanned_bytes += count


@dataclass(frozen=True)
class Answer:
    """What a statement comes to.

    Attributes:
        kind: what sort of statement it was.
        name: of what sort in particular: SELECT, CREATE_TABLE_AS_SELECT, INSERT, SHOW_TABLES and so on.
        columns: of its rows.
        batches: its rows, to be read once; each column is as `Type.duckdb` says. Reading may raise SqlError.
        updated_rows: how many rows a statement that writes has written or changed; None for one that does not write.
        files: URLs of the files that CREATE TABLE AS and INSERT have written.
    """

    kind: Kind
    name: str
    columns: Columns
    batches: Iterator[pa.RecordBatch]
    updated_rows: int | None = None
    files: Sequence[str] = ()
