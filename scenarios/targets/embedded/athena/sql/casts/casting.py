"""CAST and TRY_CAST, with Trino's rounding and Trino's failures."""

from collections.abc import Callable
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, fail, field_of, mapped, row_of
from scenarios.targets.embedded.athena.sql.casts import json, numbers, texts, times
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import UNKNOWN, Type

_MADE: Final[dict[str, Callable[[Bound, Type], str | None]]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), numbers.integer),
    "decimal": numbers.to_decimal,
    "double": numbers.to_float,
    "real": numbers.to_float,
    "boolean": numbers.boolean,
    "varchar": texts.to_varchar,
    "char": texts.to_char,
    "varbinary": texts.binary,
    "uuid": texts.uuid,
    "date": times.date,
    "time": times.time,
    "timestamp": times.to_timestamp,
    "timestamp with time zone": times.to_zoned,
    "json": json.to_json,
}
"""By the kind that is made; each gives None for a type that never becomes one."""


def cast(value: Bound, to: Type) -> Bound:
    """The value as one of another type.

    Raises:
        SqlError: a value of its type never is one of the other, or it is not known here how.
    """
    if value.type in (to, UNKNOWN):
        return Bound(to, f"CAST({value.sql} AS {to.duckdb})")
    if value.type.kind == "json":
        return json.of_json(value, to, cast)
    made = _of_parts(value, to) if to.of else _MADE.get(to.kind, _never)(value, to)
    if made is None:
        raise SqlError("TYPE_MISMATCH", f"Cannot cast {value.type} to {to}")
    return Bound(to, f"CAST({made} AS {to.duckdb})")


def _never(_value: Bound, _to: Type) -> None:
    return None


def _of_parts(value: Bound, to: Type) -> str | None:
    if value.type.kind != to.kind or len(value.type.of) != len(to.of):
        return None
    parts = value.type.of
    if to.kind == "array":
        return mapped(value.sql, lambda element: cast(Bound(parts[0], element), to.of[0]).sql)
    if to.kind == "row":
        return row_of(value, [cast(field_of(value, place), kind).sql for place, kind in enumerate(to.of)])
    keys = mapped(f"map_keys({value.sql})", lambda key: cast(Bound(parts[0], key), to.of[0]).sql)
    values = mapped(f"map_values({value.sql})", lambda held: cast(Bound(parts[1], held), to.of[1]).sql)
    wrong = fail("INVALID_CAST_ARGUMENT", "duplicate keys")
    twice = f"CASE WHEN len(list_distinct({keys})) < len({keys}) THEN CAST(CAST({wrong} AS VARCHAR) AS {to.duckdb})"
    return f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE {twice} ELSE map({keys}, {values}) END END)"
