"""Expressions whose type is known, as DuckDB's SQL; and how a value becomes one of another type."""

from dataclasses import dataclass
from typing import Final

from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, UNKNOWN, Type, common

FAILS: Final = "keystone|"
"""What the text of a value begins with that is cast to fail: the error's code and message follow.

DuckDB's own error() is volatile, which TRY refuses; a cast is not.
"""


@dataclass(frozen=True)
class Bound:
    """An expression of a type; `sql` may stand anywhere in an expression."""

    type: Type
    sql: str


def bind_null() -> Bound:
    """NULL, of no type yet."""
    return Bound(UNKNOWN, "NULL")


def text(value: str) -> str:
    """A string literal of DuckDB's."""
    return "'" + value.replace("'", "''") + "'"


def fail(code: str, message: str) -> str:
    """An expression that has no value: it fails with this error, for the rows in which it is needed."""
    return f"CAST({text(f'{FAILS}{code}|{message}')} AS INTEGER)"


def coerced(value: Bound, to: Type) -> Bound:
    """The value as one of a type that it can become without being asked to."""
    if value.type == to:
        return value
    if value.type.kind in ("real", "double") and to.kind == "varchar":
        raise not_supported(f"{value.type} as {to}")
    return Bound(to, f"CAST({value.sql} AS {to.duckdb})")


def alike(left: Bound, right: Bound, operator: str) -> tuple[Bound, Bound]:
    """Both as values of the type that they have in common.

    Raises:
        SqlError: they have none.
    """
    kind = common(left.type, right.type)
    if kind is None:
        raise SqlError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {operator} {right.type}")
    return coerced(left, kind), coerced(right, kind)


def condition(value: Bound, where: str) -> Bound:
    """The value as a boolean.

    Raises:
        SqlError: it is none.
    """
    if value.type not in (BOOLEAN, UNKNOWN):
        raise SqlError("TYPE_MISMATCH", f"{where} must evaluate to a boolean: actual type {value.type}")
    return coerced(value, BOOLEAN)
