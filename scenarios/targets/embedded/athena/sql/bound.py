"""Expressions whose type is known, as DuckDB's SQL; and how a value becomes one of another type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, MOST_SHORT, UNKNOWN, Type, common

FAILS: Final = "keystone|"
"""What the text of a value begins with that is cast to fail: the error's code and message follow.

DuckDB's own error() is volatile, which TRY refuses; a cast is not.
"""

_EXACT_DIGITS: Final = 15
"""Any whole number of as many is a double."""

_NUMBERS: Final = count(1)
"""For names that SQL has once in a process, such as those of lambdas' arguments."""


@dataclass(frozen=True)
class Bound:
    """An expression of a type; `sql` may stand anywhere in an expression."""

    type: Type
    sql: str


def unique(word: str) -> str:
    """A name that nothing else has."""
    return f"{word}{next(_NUMBERS)}"


def bind_null() -> Bound:
    """NULL, of no type yet."""
    return Bound(UNKNOWN, "NULL")


def text(value: str) -> str:
    """A string literal of DuckDB's."""
    return "'" + value.replace("'", "''") + "'"


def fail(code: str, message: str) -> str:
    """An expression that has no value: it fails with this error, for the rows in which it is needed."""
    return f"CAST({text(f'{FAILS}{code}|{message}')} AS INTEGER)"


def failing(code: str, before: str, value: str, after: str = "") -> str:
    """A failure whose message has a value in it, which is SQL of a text."""
    begin = text(f"{FAILS}{code}|{before}")
    return f"CAST({begin} || {value} || {text(after)} AS INTEGER)"


def mapped(array: str, element: Callable[[str], str]) -> str:
    """An array with each element as `element` makes it."""
    name = unique("e")
    return f"list_transform({array}, lambda {name}: {element(name)})"


def unless_null(made: str, *values: str) -> str:
    """What is made of values, all SQL, and NULL where one of them is: for what DuckDB makes something of NULL."""
    null = " OR ".join(f"{value} IS NULL" for value in values)
    return f"(CASE WHEN {null} THEN NULL ELSE {made} END)"


def let(values: Sequence[Bound], made: Callable[..., str]) -> str:
    """What is made of values, each of which is written and evaluated once, however often `made` has its name."""
    names = [unique("v") for _ in values]
    sql = made(*names)
    for name, value in reversed(list(zip(names, values, strict=True))):
        sql = f"list_transform([{value.sql}], lambda {name}: {sql})[1]"
    return sql


def coerced(value: Bound, to: Type) -> Bound:
    """The value as one of a type that it can become without being asked to."""
    if value.type == to:
        return value
    return Bound(to, f"CAST({_coerced(value, to)} AS {to.duckdb})")


def _coerced(value: Bound, to: Type) -> str:
    source = value.type
    if source == UNKNOWN:
        return value.sql
    if to.of:
        return _coerced_parts(value, to)
    if source.is_float and not to.is_float:
        raise not_supported(f"{source} as {to}")
    if source.kind == to.kind == "decimal" and _whole_digits(source) > _whole_digits(to):
        return _if_it_fits(value, to)
    if source.kind == "decimal" and to.is_float:
        return floating(value, to)
    made = _COERCED.get((source.kind, to.kind))
    return made(value) if made else value.sql


def floating(value: Bound, to: Type) -> str:
    """A decimal as a double or a real, as Trino has it; DuckDB's own way is off by the last bit for many."""
    precision, scale = value.type.numbers
    if precision > MOST_SHORT:
        return f"CAST({value.sql} AS VARCHAR)"
    if to.kind == "double" and precision <= _EXACT_DIGITS:
        return value.sql
    # DecimalConversions.shortDecimalToDouble and shortDecimalToReal: one number by another, each rounded before.
    digits = f"CAST(replace(CAST({value.sql} AS VARCHAR), '.', '') AS BIGINT)"
    return f"(CAST({digits} AS {to.duckdb}) / CAST({10**scale} AS {to.duckdb}))"


def _if_it_fits(value: Bound, to: Type) -> str:
    """A decimal beside one with which it may need more digits than there are."""
    wrong = fail("NOT_SUPPORTED", f"a decimal of more digits than a {to} has is not supported here")
    fits = f"TRY_CAST({value.sql} AS {to.duckdb})"
    return f"CASE WHEN {value.sql} IS NOT NULL AND {fits} IS NULL THEN CAST({wrong} AS {to.duckdb}) ELSE {fits} END"


def _whole_digits(kind: Type) -> int:
    precision, scale = kind.numbers
    return precision - scale


def zoned_of(utc: str, zone: str = "'UTC'") -> str:
    """A time with its zone, of the time at UTC; NULL if that is."""
    return f"(CASE WHEN {utc} IS NULL THEN NULL ELSE struct_pack(utc := {utc}, zone := {zone}) END)"


def _padded(value: Bound) -> str:
    return f"rpad({value.sql}, {value.type.numbers[0]}, ' ')"


def _at_utc(value: Bound) -> str:
    return zoned_of(f"CAST({value.sql} AS TIMESTAMP)")


_COERCED: Final[dict[tuple[str, str], Callable[[Bound], str]]] = {
    ("varchar", "char"): lambda value: f"rtrim({value.sql}, ' ')",
    ("char", "varchar"): _padded,
    ("date", "timestamp with time zone"): _at_utc,
    ("timestamp", "timestamp with time zone"): _at_utc,
}


def _coerced_parts(value: Bound, to: Type) -> str:
    parts = value.type.of
    if to.kind == "array":
        return mapped(value.sql, lambda element: coerced(Bound(parts[0], element), to.of[0]).sql)
    if to.kind == "map":
        keys = mapped(f"map_keys({value.sql})", lambda key: coerced(Bound(parts[0], key), to.of[0]).sql)
        values = mapped(f"map_values({value.sql})", lambda held: coerced(Bound(parts[1], held), to.of[1]).sql)
        return f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE map({keys}, {values}) END)"
    return row_of(value, [coerced(field_of(value, place), kind).sql for place, kind in enumerate(to.of)])


def field_of(value: Bound, place: int) -> Bound:
    """A field of a row, counted from 0."""
    return Bound(value.type.of[place], f"struct_extract({value.sql}, 'f{place}')")


def row_of(value: Bound, fields: list[str]) -> str:
    """A row in the place of another; NULL where that is."""
    packed = ", ".join(f"f{place} := {field}" for place, field in enumerate(fields))
    return f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE struct_pack({packed}) END)"


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
