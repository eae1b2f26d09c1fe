"""+ - * / and the minus sign, of dates, times and intervals."""

from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, zoned_of
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.times import zones
from scenarios.targets.embedded.athena.sql.types import (
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    YEAR_TO_MONTH,
    Type,
    common,
    timestamp,
)

KINDS: Final = (
    "date",
    "time",
    "timestamp",
    "timestamp with time zone",
    "interval day to second",
    "interval year to month",
)
DAY_MS: Final = 86_400_000
_MILLI_DIGITS: Final = 3
_INTERVALS: Final = (DAY_TO_SECOND, YEAR_TO_MONTH)


def calculated(operator: str, left: Bound, right: Bound) -> Bound | None:
    """Two values of which one is of a time or an interval; None if they do not go together."""
    if left.type in _INTERVALS and right.type in _INTERVALS:
        return _intervals(operator, left, right)
    if operator == "+" and left.type in _INTERVALS and right.type.kind in KINDS:
        return moved(right, left, "+")
    if operator in ("+", "-") and right.type in _INTERVALS and left.type.kind in KINDS:
        return moved(left, right, operator)
    if (operator == "-" and left.type.kind == right.type.kind) or {left.type.kind, right.type.kind} <= set(KINDS[:4]):
        return _between(operator, left, right)
    return _multiplied(operator, left, right)


def _intervals(operator: str, left: Bound, right: Bound) -> Bound | None:
    if operator not in ("+", "-") or left.type != right.type:
        return None
    return Bound(left.type, f"({left.sql} {operator} {right.sql})")


def _between(operator: str, left: Bound, right: Bound) -> Bound | None:
    kind = common(left.type, right.type)
    if operator != "-" or kind is None or (kind.kind == "date" and kind != left.type):
        return None
    if kind.kind == "time":
        return Bound(DAY_TO_SECOND, f"((epoch_us({left.sql}) - epoch_us({right.sql})) // 1000)")
    if kind.kind == "date":
        return Bound(DAY_TO_SECOND, f"(CAST({left.sql} - {right.sql} AS BIGINT) * {DAY_MS})")
    left, right = (coerced(value, kind) for value in (left, right))
    ends = [f"{side.sql}.utc" if kind.kind != "timestamp" else side.sql for side in (left, right)]
    return Bound(DAY_TO_SECOND, milliseconds(ends[0], ends[1]))


def milliseconds(later: str, earlier: str) -> str:
    """Between two timestamps; half of one counts as one."""
    micros = f"(epoch_us({later}) - epoch_us({earlier}))"
    return f"CAST(round(CAST({micros} AS DECIMAL(38, 0)) / 1000) AS BIGINT)"


def _multiplied(operator: str, left: Bound, right: Bound) -> Bound | None:
    if operator == "*" and right.type in _INTERVALS:
        left, right = right, left
    if operator not in ("*", "/") or left.type not in _INTERVALS or not right.type.is_numeric:
        return None
    if right.type.is_integer and operator == "*":
        made = f"({left.sql} * {right.sql})"
    else:
        by = coerced(right, DOUBLE).sql
        zero = fail("INVALID_FUNCTION_ARGUMENT", "Cannot divide by double 0.0")
        made = f"trunc({left.sql} {operator} {by})"
        made = f"CASE WHEN {by} = 0 THEN {zero} ELSE {made} END" if operator == "/" else made
    return Bound(left.type, f"CAST({made} AS {left.type.duckdb})")


def moved(value: Bound, by: Bound, operator: str) -> Bound:
    """A time, and an interval later or earlier; a month that has fewer days ends on its last."""
    if by.type == YEAR_TO_MONTH:
        return _by_months(value, f"to_months({operator}{by.sql})")
    if value.type == DATE:
        return _date_by_days(value, by, operator)
    interval = f"to_milliseconds({operator}{by.sql})"
    kind = Type(value.type.kind, (max(value.type.numbers[0], _MILLI_DIGITS),))
    if value.type.kind == "timestamp with time zone":
        return Bound(kind, f"CAST({zoned_of(f'({value.sql}.utc + {interval})', f'{value.sql}.zone')} AS {kind.duckdb})")
    return Bound(kind, f"({value.sql} + {interval})")


def _by_months(value: Bound, interval: str) -> Bound:
    kind = value.type
    if kind.kind == "timestamp with time zone":
        local = f"({zones.local(value.sql)} + {interval})"
        utc = zones.at_utc(local, f"{value.sql}.zone")
        return Bound(kind, f"CAST({zoned_of(utc, f'{value.sql}.zone')} AS {kind.duckdb})")
    if kind.kind == "time":
        raise SqlError("TYPE_MISMATCH", f"Cannot apply operator: {kind} and an interval of months")
    return Bound(kind, f"CAST({value.sql} + {interval} AS {kind.duckdb})")


def _date_by_days(value: Bound, by: Bound, operator: str) -> Bound:
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date")
    days = f"CASE WHEN {by.sql} % {DAY_MS} <> 0 THEN {wrong} ELSE CAST({by.sql} // {DAY_MS} AS INTEGER) END"
    return Bound(DATE, f"({value.sql} {operator} ({days}))")


def as_timestamp(value: Bound) -> Bound | None:
    """A date or timestamp as a local timestamp; None for another kind."""
    if value.type == DATE:
        return Bound(timestamp(0), f"CAST({value.sql} AS TIMESTAMP)")
    if value.type.kind == "timestamp with time zone":
        return Bound(timestamp(value.type.numbers[0]), zones.local(value.sql))
    return value if value.type.kind == "timestamp" else None
