"""Parts that several statements have: names of tables, lists of columns, properties, partitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.hive.types import from_hive, to_hive
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import Type

T = TypeVar("T")


@dataclass(frozen=True)
class Named:
    """A table's or view's full name."""

    database: str
    table: str

    def __str__(self) -> str:
        return f"{self.database}.{self.table}"


@dataclass(frozen=True)
class Column:
    """A column as it is declared."""

    name: str
    type: Type
    comment: str | None = None

    @property
    def in_glue(self) -> dict[str, str]:
        """As Glue keeps it."""
        comment = {} if self.comment is None else {"Comment": self.comment}
        return {"Name": self.name, "Type": to_hive(self.type), **comment}


def table_name(cursor: Cursor, database: str) -> Named:
    """`[[catalog.]database.]table`."""
    parts = [cursor.name()]
    while cursor.accept("."):
        parts.append(cursor.name())
    return Named(parts[-2] if len(parts) > 1 else database, parts[-1])


def listed(cursor: Cursor, one: Callable[[Cursor], T]) -> list[T]:
    """`(one, one, …)`."""
    cursor.expect("(")
    found = [one(cursor)]
    while cursor.accept(","):
        found.append(one(cursor))
    cursor.expect(")")
    return found


def properties(cursor: Cursor) -> dict[str, str]:
    """`('key' = 'value', …)`."""
    return _each_once(listed(cursor, _property))


def _property(cursor: Cursor) -> tuple[str, str]:
    key = cursor.string()
    cursor.expect("=")
    return key, cursor.string() if cursor.next.kind in ("string", "name") else cursor.take().value


def _each_once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Which of two values is meant nobody can know."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise SqlError("INVALID_ARGUMENTS", f"FAILED: SemanticException {key} is given twice")
        found[key] = value
    return found


def column(cursor: Cursor) -> Column:
    """`name type [COMMENT 'text']`."""
    name = cursor.name()
    cursor.accept(":")
    kind = column_type(cursor)
    return Column(name, kind, cursor.string() if cursor.accept("COMMENT") else None)


def column_type(cursor: Cursor) -> Type:
    """A type of Hive's."""
    text, depth = "", 0
    while depth or not (cursor.next.kind in ("end", "string") or cursor.comes(",") or cursor.comes(")")):
        if not depth and any(map(cursor.comes, ("COMMENT", "FIRST", "AFTER"))):
            break
        token = cursor.take()
        depth += (token.text in ("<", "(")) - (token.text in (">", ")"))
        text += f" {token.value}" if token.kind == "word" and text[-1:].isalpha() else token.value
    return from_hive(text)


def partition_values(cursor: Cursor) -> dict[str, str]:
    """`PARTITION (column = value, …)`: each value as Hive writes it in a folder's name."""
    cursor.expect("PARTITION")
    return _each_once(listed(cursor, _partition_value))


def _partition_value(cursor: Cursor) -> tuple[str, str]:
    name = cursor.name()
    cursor.expect("=")
    return name, cursor.take().value
