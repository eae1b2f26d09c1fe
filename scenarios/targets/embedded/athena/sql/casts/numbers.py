"""Casts to numbers and booleans."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, fail, failing, floating, text
from scenarios.targets.embedded.athena.sql.casts.floats import SHOWN, SHOWN_REAL
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import Type

_NAMES: Final = {"tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT"}
_TRUE: Final = ("t", "true", "1")
_FALSE: Final = ("f", "false", "0")
WORDS: Final = _TRUE + _FALSE
"""What is a boolean, in lower case."""
_FLOATING: Final = re.compile(r"[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?)")
"""As java.lang.Double.parseDouble reads them, but for its hexadecimal ones."""
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TOO_LARGE_FOR_REAL: Final = 3.4028235677973366e38
_BLANKS: Final = "".join(map(chr, range(33)))
"""What Java's trim() takes away."""


def integer(value: Bound, to: Type) -> str | None:
    """A whole number; half is rounded away from zero."""
    if value.type.kind == "boolean":
        return value.sql
    if value.type.is_float:
        return _of_float(value, to)
    least, most = to.least, -to.least - 1
    if value.type.is_integer or value.type.kind == "decimal":
        rounded = value.sql if value.type.is_integer else f"round({value.sql}, 0)"
        wrong = failing("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {to}: ", f"CAST({value.sql} AS VARCHAR)")
        return f"CASE WHEN {rounded} NOT BETWEEN {least} AND {most} THEN {wrong} ELSE {rounded} END"
    if value.type.kind == "varchar":
        wrong = failing("INVALID_CAST_ARGUMENT", "Cannot cast '", value.sql, f"' to {_NAMES[to.kind]}")
        whole = f"regexp_full_match({value.sql}, '[+-]?[0-9]+')"
        fits = f"TRY_CAST({value.sql} AS {to.duckdb})"
        # Java reads any script's digits.
        other = f"regexp_full_match({value.sql}, '[+-]?\\p{{Nd}}+') AND NOT {whole}"
        unsupported = fail("NOT_SUPPORTED", "digits other than 0 to 9 are not supported here")
        read = f"WHEN {other} THEN {unsupported} WHEN NOT {whole} OR {fits} IS NULL THEN {wrong} ELSE {fits}"
        return f"CASE WHEN {value.sql} IS NULL THEN NULL {read} END"
    return None


def _of_float(value: Bound, to: Type) -> str:
    shown = SHOWN(f"CAST({value.sql} AS DOUBLE)")
    rounded = f"round(CAST({value.sql} AS DOUBLE))"
    nan = failing("INVALID_CAST_ARGUMENT", f"Cannot cast {value.type} NaN to {to}", "''")
    wrong = failing("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {to}: ", shown)
    if to.kind == "bigint":
        nan = wrong = failing("INVALID_CAST_ARGUMENT", "Unable to cast ", shown, f" to {to}")
    # The double next to bigint's largest value is one too large.
    fits = f"{rounded} >= {to.least}::DOUBLE AND {rounded} < {-to.least}::DOUBLE"
    most, least = -to.least - 1, to.least
    if value.type.kind == "real" and to.kind == "bigint":
        wrong = f"(CASE WHEN {value.sql} > 0 THEN {most} ELSE {least} END)"
    return (
        f"CASE WHEN isnan({value.sql}) THEN {nan} WHEN {fits} THEN CAST({rounded} AS {to.duckdb}) "
        f"WHEN {value.sql} IS NULL THEN NULL ELSE {wrong} END"
    )


def to_decimal(value: Bound, to: Type) -> str | None:
    """A decimal; half is rounded away from zero."""
    precision, scale = to.numbers
    shown = f"' to DECIMAL({precision}, {scale})"
    if value.type.kind == "varchar":
        return f"CAST({_PARSED(value.sql, str(precision), str(scale))} AS {to.duckdb})"
    if value.type.is_float:
        of = SHOWN_REAL(value.sql) if value.type.kind == "real" else SHOWN(value.sql)
        return f"CAST({_DIGITS(of, text(value.type.kind), str(precision), str(scale))} AS {to.duckdb})"
    if value.type.kind == "boolean":
        return f"CAST({value.sql} AS INTEGER)"
    if not (value.type.is_integer or value.type.kind == "decimal"):
        return None
    name = value.type.kind.upper()
    if value.type.kind == "decimal":
        name = f"DECIMAL({value.type.numbers[0]}, {value.type.numbers[1]})"
    wrong = failing("INVALID_CAST_ARGUMENT", f"Cannot cast {name} '", f"CAST({value.sql} AS VARCHAR)", shown)
    fits = f"TRY_CAST({value.sql} AS {to.duckdb})"
    return f"CASE WHEN {value.sql} IS NOT NULL AND {fits} IS NULL THEN CAST({wrong} AS {to.duckdb}) ELSE {fits} END"


def _parsed(value: str, precision: int, scale: int) -> str:
    what = f"Cannot cast VARCHAR '{value}' to DECIMAL({precision}, {scale})."
    if not _DECIMAL.fullmatch(value):
        raise Failed("INVALID_CAST_ARGUMENT", f"{what} Value is not a number.")
    fitted = _fitted(Decimal(value), precision, scale)
    if fitted is None:
        raise Failed("INVALID_CAST_ARGUMENT", f"{what} Value too large.")
    return fitted


def _digits(value: str, kind: str, precision: int, scale: int) -> str:
    """Of a double's or a real's shortest digits, as Trino takes them."""
    number = Decimal(value)
    fitted = _fitted(number, precision, scale) if number.is_finite() else None
    if fitted is None:
        raise Failed("INVALID_CAST_ARGUMENT", f"Cannot cast {kind.upper()} '{value}' to DECIMAL({precision}, {scale})")
    return fitted


def _fitted(number: Decimal, precision: int, scale: int) -> str | None:
    with localcontext() as context:
        context.prec = 1000
        rounded = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return f"{rounded:f}" if abs(rounded).scaleb(scale, context) < Decimal(10) ** precision else None


_PARSED: Final = Script(_parsed, ("VARCHAR", "INTEGER", "INTEGER"), "VARCHAR")
_DIGITS: Final = Script(_digits, ("VARCHAR", "VARCHAR", "INTEGER", "INTEGER"), "VARCHAR")


def to_float(value: Bound, to: Type) -> str | None:
    """A double or a real."""
    if value.type.kind == "boolean":
        return f"{value.sql}::INTEGER"
    if value.type.kind == "varchar":
        return f"CAST({_FLOAT(value.sql, text(to.kind))} AS {to.duckdb})"
    if value.type.kind == "double":
        # Too large for a real is infinite to Java.
        most = f"CASE WHEN {value.sql} > 0 THEN CAST('Infinity' AS REAL) ELSE CAST('-Infinity' AS REAL) END"
        too_large = f"isfinite({value.sql}) AND TRY_CAST({value.sql} AS REAL) IS NULL"
        return f"CASE WHEN {too_large} THEN {most} ELSE CAST({value.sql} AS REAL) END"
    if value.type.kind == "decimal":
        return f"CAST({floating(value, to)} AS {to.duckdb})"
    return value.sql if value.type.is_numeric else None


def parse_float(value: str, kind: str) -> str:
    """The number as a text that DuckDB reads.

    Raises:
        Failed: it is none.
    """
    if not _FLOATING.fullmatch(value.strip(_BLANKS)):
        raise Failed("INVALID_CAST_ARGUMENT", f"Cannot cast '{value}' to {kind.upper()}")
    number = float(value.strip(_BLANKS).rstrip("fFdD"))
    is_too_large = kind == "real" and abs(number) >= _TOO_LARGE_FOR_REAL
    return repr(math.copysign(math.inf, number) if is_too_large else number)


_FLOAT: Final = Script(parse_float, ("VARCHAR", "VARCHAR"), "VARCHAR")


def boolean(value: Bound, _to: Type) -> str | None:
    """TRUE for a number other than 0, and for some words."""
    if value.type.is_numeric:
        return f"({value.sql} <> 0)"
    if value.type.kind != "varchar":
        return None
    lower, wrong = f"lower({value.sql})", failing("INVALID_CAST_ARGUMENT", "Cannot cast '", value.sql, "' to BOOLEAN")
    true, false = (", ".join(map(text, words)) for words in (_TRUE, _FALSE))
    known = f"WHEN {lower} IN ({true}) THEN 1 WHEN {lower} IN ({false}) THEN 0"
    return f"CASE {known} WHEN {value.sql} IS NULL THEN NULL ELSE {wrong} END"


SCRIPTS: Final = (_PARSED, _DIGITS, _FLOAT)
