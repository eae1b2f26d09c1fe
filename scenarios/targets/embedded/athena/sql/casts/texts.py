"""Casts to texts and bytes."""

from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, failing
from scenarios.targets.embedded.athena.sql.casts import floats, times
from scenarios.targets.embedded.athena.sql.types import DAY_TO_SECOND, VARCHAR, YEAR_TO_MONTH, Type

_AS_DUCKDB: Final = ("tinyint", "smallint", "integer", "bigint", "boolean", "date", "uuid")
"""Kinds whose values DuckDB writes as Trino does."""


def to_varchar(value: Bound, to: Type) -> str | None:
    """A text; one that is too long is cut, a number that is too long fails."""
    if value.type.kind in ("varchar", "char"):
        whole = coerced(value, VARCHAR).sql
        return f"left({whole}, {to.numbers[0]})" if to.numbers else whole
    written = as_text(value)
    if written is None or not to.numbers:
        return written
    shown = f"{floats.SHOWN(value.sql)} || ' (' || {written} || ')'" if value.type.is_float else written
    wrong = failing("INVALID_CAST_ARGUMENT", "Value ", shown, f" cannot be represented as {to}")
    return f"CASE WHEN length({written}) > {to.numbers[0]} THEN CAST({wrong} AS VARCHAR) ELSE {written} END"


def as_text(value: Bound) -> str | None:
    """A value that is no text as one; None if its kind never becomes one."""
    if value.type.kind == "decimal":
        # DuckDB writes no zero before the point where the type has no place for one.
        return f"regexp_replace(CAST({value.sql} AS VARCHAR), '^(-?)\\.', '\\10.')"
    if value.type.kind in _AS_DUCKDB:
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type.is_float:
        return floats.CAST_REAL(value.sql) if value.type.kind == "real" else floats.CAST_DOUBLE(value.sql)
    if value.type in (DAY_TO_SECOND, YEAR_TO_MONTH):
        return _interval(value)
    return times.as_text(value)


def _interval(value: Bound) -> str:
    sign, rest = f"CASE WHEN {value.sql} < 0 THEN '-' ELSE '' END", f"abs({value.sql})"
    if value.type == YEAR_TO_MONTH:
        return f"({sign} || ({rest} // 12) || '-' || ({rest} % 12))"
    clock = f"strftime(make_timestamp(({rest} % 86400000) * 1000), '%H:%M:%S.%g')"
    return f"({sign} || ({rest} // 86400000) || ' ' || {clock})"


def to_char(value: Bound, to: Type) -> str | None:
    """A text of a length, held without the spaces at its end."""
    if value.type.kind not in ("varchar", "char"):
        return None
    return f"rtrim(left({value.sql}, {to.numbers[0]}), ' ')"


def binary(value: Bound, _to: Type) -> str | None:
    """A text's bytes."""
    return f"encode({coerced(value, VARCHAR).sql})" if value.type.kind == "varchar" else None


def uuid(value: Bound, _to: Type) -> str | None:
    """A UUID that is written as such."""
    if value.type.kind != "varchar":
        return None
    wrong = failing("INVALID_CAST_ARGUMENT", "Cannot cast value to UUID: ", value.sql)
    written = f"regexp_full_match({value.sql}, '[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}')"
    fits = f"CAST(CASE WHEN {written} THEN TRY_CAST({value.sql} AS UUID) END AS VARCHAR)"
    return f"CASE WHEN {value.sql} IS NOT NULL AND {fits} IS NULL THEN CAST({wrong} AS VARCHAR) ELSE {fits} END"
