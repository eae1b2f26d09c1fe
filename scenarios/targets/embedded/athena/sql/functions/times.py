"""Functions of dates, times and intervals."""

from collections.abc import Callable, Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, unless_null, zoned_of
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.casts.times import local_text, rounded
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, fitted, fitting, scripted
from scenarios.targets.embedded.athena.sql.times import iso_format, joda_format, mysql_format, zones
from scenarios.targets.embedded.athena.sql.times.calculating import as_timestamp, milliseconds
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    DATE,
    DOUBLE,
    VARCHAR,
    Type,
    common,
    timestamp,
    varchar,
    zoned,
)

_MILLI: Final = 3


_DATES: Final = ("day", "week", "month", "quarter", "year")


_TIMES: Final = ("millisecond", "second", "minute", "hour")


_LOCAL: Final = ("date", "timestamp", "timestamp with time zone")


_ZONED_MILLI: Final = zoned(_MILLI)


def _unit(value: Bound) -> str:
    written = value.sql
    if not (written.startswith("'") and written.endswith("'")):
        raise not_supported("a unit that is no literal")
    return written.strip("'").lower()


def _refuse_unit(unit: str, kind: Type) -> SqlError:
    name = {"date": "DATE", "time": "TIME"}.get(kind.kind, "TIMESTAMP")
    return SqlError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid {name} field")


def _units(kind: Type) -> tuple[str, ...]:
    return {"date": _DATES, "time": _TIMES}.get(kind.kind, _TIMES + _DATES)


def _date_trunc(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[1].type.kind not in (*_LOCAL, "time"):
        return None
    unit, value = _unit(arguments[0]), arguments[1]
    if unit not in _units(value.type):
        raise _refuse_unit(unit, value.type)
    if value.type.kind == "time":
        cut = f"CAST(date_trunc('{unit}', CAST('1970-01-01' AS DATE) + {value.sql}) AS TIME)"
        return Bound(value.type, cut)
    if value.type.kind != "timestamp with time zone":
        return Bound(value.type, f"CAST(date_trunc('{unit}', {value.sql}) AS {value.type.duckdb})")
    cut = f"date_trunc('{unit}', {zones.local(value.sql)})"
    return _at_its_zone(value, zones.at_utc(cut, f"{value.sql}.zone"))


def _at_its_zone(value: Bound, utc: str) -> Bound:
    return Bound(value.type, f"CAST({zoned_of(utc, f'{value.sql}.zone')} AS {value.type.duckdb})")


def _interval(unit: str, count: str) -> str:
    if unit == "quarter":
        return f"to_months(CAST(3 * {count} AS INTEGER))"
    if unit in ("millisecond", "second", "minute", "hour"):
        per = {"millisecond": 1, "second": 1000, "minute": 60_000, "hour": 3_600_000}[unit]
        return f"to_milliseconds({count} * {per})"
    return f"to_{unit}s(CAST({count} AS INTEGER))"


def _date_add(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 3 or arguments[2].type.kind not in (*_LOCAL, "time"):
        return None
    counts = fitting(arguments[1:2], [BIGINT])
    if counts is None:
        return None
    unit, value = _unit(arguments[0]), arguments[2]
    if unit not in _units(value.type):
        raise _refuse_unit(unit, value.type)
    by = _interval(unit, counts[0].sql)
    if value.type.kind == "timestamp" and unit == "millisecond":
        return Bound(value.type, rounded(f"({value.sql} + {by})", timestamp(6), value.type))
    if unit == "millisecond" and value.type.numbers[0] < _MILLI:
        raise not_supported(f"milliseconds added to a {value.type}")
    if value.type.kind != "timestamp with time zone":
        return Bound(value.type, f"CAST({value.sql} + {by} AS {value.type.duckdb})")
    if unit in _TIMES:
        return _at_its_zone(value, f"({value.sql}.utc + {by})")
    return _at_its_zone(value, zones.at_utc(f"({zones.local(value.sql)} + {by})", f"{value.sql}.zone"))


def _date_diff(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 3:
        return None
    unit, (left, right) = _unit(arguments[0]), arguments[1:]
    if left.type.kind == right.type.kind == "time":
        if unit not in _TIMES:
            raise _refuse_unit(unit, left.type)
        return Bound(BIGINT, f"date_sub('{unit}', {left.sql}, {right.sql})")
    kind = common(left.type, right.type) if left.type.kind in _LOCAL and right.type.kind in _LOCAL else None
    if kind is None:
        return None
    if unit not in _units(kind):
        raise _refuse_unit(unit, left.type)
    first, last = _ends(coerced(left, kind), coerced(right, kind), unit)
    if unit == "millisecond":
        return Bound(BIGINT, milliseconds(last, first))
    name, per = ("month", 3) if unit == "quarter" else ("day", 7) if unit == "week" else (unit, 1)
    return Bound(BIGINT, f"(date_sub('{name}', {first}, {last}) // {per})")


def _ends(left: Bound, right: Bound, unit: str) -> tuple[str, str]:
    """Two times of a type as timestamps of milliseconds: at UTC, or, to count days, at the zone of the left one."""
    if left.type.kind != "timestamp with time zone":
        ends = [f"CAST({value.sql} AS TIMESTAMP)" for value in (left, right)]
    elif unit in _TIMES:
        ends = [f"{value.sql}.utc" for value in (left, right)]
    else:
        ends = [zones.local(left.sql), zones.local(f"struct_pack(utc := {right.sql}.utc, zone := {left.sql}.zone)")]
    if left.type.numbers and left.type.numbers[0] > _MILLI:
        ends = [f"date_trunc('millisecond', {end})" for end in ends]
    return ends[0], ends[1]


def _local_script(script: Callable[..., str]) -> Overload:
    """A script of a local time, to the millisecond, and a text."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        at = as_timestamp(arguments[0]) if len(arguments) == 2 else None
        formats = fitting(arguments[1:], [VARCHAR]) if at else None
        if at is None or formats is None:
            return None
        return Bound(VARCHAR, script(rounded(at.sql, at.type, timestamp(_MILLI)), formats[0].sql))

    return call


def _format_datetime(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type.kind not in _LOCAL:
        return None
    if arguments[0].type.kind != "timestamp with time zone":
        return _local_script(joda_format.WRITE_LOCAL)(arguments)
    formats = fitting(arguments[1:], [VARCHAR])
    at = cast(arguments[0], _ZONED_MILLI)
    return None if formats is None else Bound(VARCHAR, joda_format.WRITE(at.sql, formats[0].sql))


def _from_unixtime(values: list[Bound]) -> Bound:
    return _zoned(_of_seconds(values[0]), "'UTC'")


def _of_seconds(seconds: Bound) -> str:
    """Half of a millisecond is rounded up, as Java's Math.round does."""
    return f"make_timestamp(CAST(floor({seconds.sql} * 1000 + 0.5::DOUBLE) AS BIGINT) * 1000)"


def _zoned(utc: str, zone: str) -> Bound:
    return Bound(_ZONED_MILLI, f"CAST({zoned_of(utc, zone)} AS {_ZONED_MILLI.duckdb})")


def _from_unixtime_at(values: list[Bound]) -> Bound:
    made = _zoned(_of_seconds(values[0]), zones.SUPPORTED(values[1].sql))
    return Bound(made.type, unless_null(made.sql, *(value.sql for value in values)))


def _from_unixtime_offset(values: list[Bound]) -> Bound:
    hours, minutes = (value.sql for value in values[1:])
    total = f"({hours} * 60 + {minutes})"
    clock = (
        f"lpad(CAST(abs({total}) // 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs({total}) % 60 AS VARCHAR), 2, '0')"
    )
    zone = f"CASE WHEN {total} < 0 THEN '-' ELSE '+' END || {clock}"
    made = _zoned(_of_seconds(values[0]), zones.NAMED(f"({zone})"))
    return Bound(made.type, unless_null(made.sql, *(value.sql for value in values)))


def _to_unixtime(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1 or arguments[0].type.kind not in _LOCAL:
        return None
    [value] = arguments
    at = f"{value.sql}.utc" if value.type.kind == "timestamp with time zone" else f"CAST({value.sql} AS TIMESTAMP)"
    return Bound(DOUBLE, f"(CAST(epoch_us({at}) AS DOUBLE) / 1000000)")


def _to_iso8601(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1:
        return None
    [value] = arguments
    if value.type == DATE:
        return Bound(varchar(16), f"CAST({value.sql} AS VARCHAR)")
    at = as_timestamp(value)
    if at is None:
        return None
    digits = value.type.numbers[0]
    local = f"replace({local_text(at.sql, value.type)}, ' ', 'T')"
    # A point and its digits are one more than the digits; a zone is six more.
    length = 22 + digits + (1 if digits else 0)
    if value.type.kind == "timestamp":
        return Bound(varchar(length), local)
    offset = joda_format.WRITE(value.sql, "'ZZ'")
    zone = f"CASE WHEN {value.sql}.zone = 'UTC' THEN 'Z' ELSE {offset} END"
    return Bound(varchar(length + 6), f"({local} || {zone})")


def _at_timezone(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type.kind not in ("timestamp", "timestamp with time zone"):
        return None
    names = fitting(arguments[1:], [VARCHAR])
    value = cast(arguments[0], zoned(arguments[0].type.numbers[0]))
    if names is None:
        return None
    utc = zoned_of(f"{value.sql}.utc", zones.NAMED(names[0].sql))
    return Bound(value.type, unless_null(f"CAST({utc} AS {value.type.duckdb})", value.sql, names[0].sql))


def _with_timezone(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type.kind != "timestamp":
        return None
    names = fitting(arguments[1:], [VARCHAR])
    if names is None:
        return None
    kind, zone = zoned(arguments[0].type.numbers[0]), zones.NAMED(names[0].sql)
    made = f"CAST({zoned_of(zones.at_utc(arguments[0].sql, zone), zone)} AS {kind.duckdb})"
    return Bound(kind, unless_null(made, arguments[0].sql, names[0].sql))


def _last_day(arguments: Sequence[Bound]) -> Bound | None:
    at = as_timestamp(arguments[0]) if len(arguments) == 1 else None
    return at and Bound(DATE, f"last_day({at.sql})")


def _date(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1 or arguments[0].type.kind not in (*_LOCAL, "varchar"):
        return None
    return cast(arguments[0], DATE)


TIMES: Final[Functions] = {
    "date_trunc": [_date_trunc],
    "date_add": [_date_add],
    "date_diff": [_date_diff],
    "date_format": [_local_script(mysql_format.WRITE)],
    "date_parse": [scripted(timestamp(_MILLI), [VARCHAR, VARCHAR], mysql_format.READ)],
    "format_datetime": [_format_datetime],
    "parse_datetime": [scripted(_ZONED_MILLI, [VARCHAR, VARCHAR], joda_format.READ)],
    "from_unixtime": [
        fitted(_from_unixtime, DOUBLE),
        fitted(_from_unixtime_at, DOUBLE, VARCHAR),
        fitted(_from_unixtime_offset, DOUBLE, BIGINT, BIGINT),
    ],
    "to_unixtime": [_to_unixtime],
    "from_iso8601_date": [scripted(DATE, [VARCHAR], iso_format.DATE)],
    "from_iso8601_timestamp": [scripted(_ZONED_MILLI, [VARCHAR], iso_format.TIMESTAMP)],
    "to_iso8601": [_to_iso8601],
    "at_timezone": [_at_timezone],
    "with_timezone": [_with_timezone],
    "last_day_of_month": [_last_day],
    "date": [_date],
}
