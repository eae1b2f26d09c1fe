"""CAST and TRY_CAST between numbers, texts and booleans, with Trino's rounding and Trino's failures."""

from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, fail, text
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import LEAST, UNKNOWN, Type

_NAMES: Final = {"tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT"}
_TRUE: Final = ("t", "true", "1")
_FALSE: Final = ("f", "false", "0")


def cast(value: Bound, to: Type) -> Bound:
    """The value as one of another type.

    Raises:
        SqlError: a value of its type never is one of the other, or it is not known here how.
    """
    if value.type in (to, UNKNOWN):
        return Bound(to, f"CAST({value.sql} AS {to.duckdb})")
    made = _made(value, to)
    if made is None:
        raise not_supported(f"a cast from {value.type} to {to}")
    return Bound(to, f"CAST({made} AS {to.duckdb})")


def _made(value: Bound, to: Type) -> str | None:
    source = value.type
    if to.is_integer:
        return _integer(value, to)
    if to.kind == "decimal":
        return value.sql if source.is_integer or source.kind == "decimal" else None
    if to.kind in ("double", "real"):
        return value.sql if source.is_numeric else f"{value.sql}::INTEGER" if source.kind == "boolean" else None
    if to.kind == "boolean":
        return _boolean(value)
    if to.kind == "varchar":
        return _varchar(value, to)
    return None


def _integer(value: Bound, to: Type) -> str | None:
    if value.type.kind == "boolean":
        return value.sql
    if value.type.is_integer or value.type.kind == "decimal":
        # Half away from zero: DuckDB's own rounding of decimals.
        rounded = value.sql if value.type.is_integer else f"round({value.sql}, 0)"
        least = LEAST[to.kind]
        wrong = _saying("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {to}: ", f"CAST({value.sql} AS VARCHAR)", "")
        return f"CASE WHEN {rounded} NOT BETWEEN {least} AND {-least - 1} THEN {wrong} ELSE {rounded} END"
    if value.type.kind == "varchar":
        wrong = _saying("INVALID_CAST_ARGUMENT", "Cannot cast '", value.sql, f"' to {_NAMES[to.kind]}")
        whole = f"regexp_full_match({value.sql}, '[+-]?[0-9]+')"
        fits = f"TRY_CAST({value.sql} AS {to.duckdb})"
        return (
            f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN NOT {whole} OR {fits} IS NULL THEN {wrong} ELSE {fits} END"
        )
    return None


def _boolean(value: Bound) -> str | None:
    if value.type.is_integer or value.type.kind in ("double", "real"):
        return f"({value.sql} <> 0)"
    if value.type.kind != "varchar":
        return None
    lower, wrong = f"lower({value.sql})", _saying("INVALID_CAST_ARGUMENT", "Cannot cast '", value.sql, "' to BOOLEAN")
    true, false = (", ".join(map(text, words)) for words in (_TRUE, _FALSE))
    known = f"WHEN {lower} IN ({true}) THEN 1 WHEN {lower} IN ({false}) THEN 0"
    return f"CASE {known} WHEN {value.sql} IS NULL THEN NULL ELSE {wrong} END"


def _varchar(value: Bound, to: Type) -> str | None:
    if value.type.kind == "varchar":
        return f"left({value.sql}, {to.numbers[0]})" if to.numbers else value.sql
    if not (value.type.is_integer or value.type.kind in ("decimal", "boolean")):
        return None
    written = f"CAST({value.sql} AS VARCHAR)"
    if not to.numbers:
        return written
    wrong = _saying("INVALID_CAST_ARGUMENT", "Value ", written, f" cannot be represented as {to}")
    return f"CASE WHEN length({written}) > {to.numbers[0]} THEN CAST({wrong} AS VARCHAR) ELSE {written} END"


def _saying(code: str, before: str, value: str, after: str) -> str:
    """A failure whose message has the value in it."""
    begin = fail(code, before).removeprefix("CAST(").removesuffix(" AS INTEGER)")
    return f"CAST({begin} || {value} || {text(after)} AS INTEGER)"
