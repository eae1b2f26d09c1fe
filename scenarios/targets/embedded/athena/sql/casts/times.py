"""Casts between dates, times and timestamps, and between them and texts."""

import datetime as dt
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, zoned_of
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.times import zones
from scenarios.targets.embedded.athena.sql.types import MOST_OF_SECONDS, Type, zoned

_DATE: Final = re.compile(r"\s*([+-]?)(\d{4,})-(\d{1,2})-(\d{1,2})\s*")
_TIME: Final = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?"
_TIMESTAMP: Final = re.compile(rf"\s*([+-]?)(\d{{4,}})-(\d{{1,2}})-(\d{{1,2}})(?: {_TIME}(?:\s*(\S+))?)?\s*")
_JUST_TIME: Final = re.compile(rf"\s*{_TIME}\s*")
_HOURS: Final = 24
_SIXTY: Final = 60


def date(value: Bound, _to: Type) -> str | None:
    """The day."""
    if value.type.kind == "varchar":
        return _PARSED_DATE(value.sql)
    if value.type.kind == "timestamp":
        return value.sql
    return zones.local(value.sql) if value.type.kind == "timestamp with time zone" else None


def time(value: Bound, to: Type) -> str | None:
    """The time of the day."""
    digits = to.numbers[0]
    if value.type.kind == "varchar":
        return _PARSED_TIME(value.sql, str(digits))
    if value.type.kind in ("time", "timestamp"):
        return rounded(f"CAST({value.sql} AS TIME)", value.type, to)
    if value.type.kind == "timestamp with time zone":
        return rounded(f"CAST({zones.local(value.sql)} AS TIME)", value.type, to)
    return None


def to_timestamp(value: Bound, to: Type) -> str | None:
    """A timestamp; what it has not the digits for is rounded."""
    if value.type.kind == "varchar":
        return _PARSED_TIMESTAMP(value.sql, str(to.numbers[0]))
    if value.type.kind == "date":
        return value.sql
    if value.type.kind == "timestamp":
        return rounded(value.sql, value.type, to)
    if value.type.kind == "timestamp with time zone":
        return rounded(zones.local(value.sql), value.type, to)
    if value.type.kind == "time":
        raise not_supported("a cast from time to timestamp")
    return None


def to_zoned(value: Bound, to: Type) -> str | None:
    """A timestamp at its zone, which is UTC where none is known."""
    if value.type.kind == "varchar":
        return _PARSED_ZONED(value.sql, str(to.numbers[0]))
    if value.type.kind in ("date", "timestamp"):
        return zoned_of(rounded(f"CAST({value.sql} AS TIMESTAMP)", value.type, to))
    if value.type.kind == "timestamp with time zone":
        return zoned_of(rounded(f"{value.sql}.utc", value.type, to), f"{value.sql}.zone")
    return None


def rounded(value: str, source: Type, to: Type) -> str:
    """To the digits of a second that `to` has, half up."""
    digits = to.numbers[0]
    if not source.numbers or digits >= source.numbers[0]:
        return value
    step = 10 ** (MOST_OF_SECONDS - digits)
    if source.kind == "time":
        micros = f"(epoch_us({value}) + {step // 2}) // {step} * {step} % 86400000000"
        return f"(CAST('00:00:00' AS TIME) + to_microseconds({micros}))"
    micros = f"(epoch_us({value}) + {step // 2})"
    # Rounds down before 1970, too, as // does not.
    return f"make_timestamp({micros} - ({micros} % {step} + {step}) % {step})"


def as_text(value: Bound) -> str | None:
    """A time as CAST writes it; None for a value of another kind."""
    if value.type.kind == "time":
        return f"strftime(CAST('1970-01-01' AS DATE) + {value.sql}, '%H:%M:%S') || {fraction(value.sql, value.type)}"
    if value.type.kind == "timestamp":
        return local_text(value.sql, value.type)
    if value.type.kind == "timestamp with time zone":
        return f"{local_text(zones.local(value.sql), value.type)} || ' ' || {value.sql}.zone"
    return None


def local_text(value: str, kind: Type) -> str:
    """A timestamp without its zone, with as many digits of a second as its type has."""
    return f"strftime({value}, '%Y-%m-%d %H:%M:%S') || {fraction(value, kind)}"


def fraction(value: str, kind: Type) -> str:
    """The digits of a second, after a point; nothing if the type has none."""
    digits = kind.numbers[0]
    micros = f"lpad(CAST(microsecond({value}) % 1000000 AS VARCHAR), 6, '0')"
    return f"'.' || left({micros}, {digits})" if digits else "''"


def _day(sign: str, year: str, month: str, day: str) -> dt.date:
    if sign == "-" or int(year) > dt.date.max.year or int(year) < dt.date.min.year:
        raise Failed("NOT_SUPPORTED", f"the year {sign}{year} is not supported here")
    return dt.date(int(year), int(month), int(day))


def _seconds(hour: str, minute: str, second: str | None, digits: str | None, kept: int) -> timedelta:
    """Since midnight, rounded to `kept` digits.

    Raises:
        ValueError: there is no such time of the day.
    """
    if int(hour) >= _HOURS or int(minute) >= _SIXTY or int(second or 0) >= _SIXTY:
        raise ValueError(f"{hour}:{minute}:{second} is no time of the day")
    share = Decimal(f"0.{digits or 0}").quantize(Decimal(1).scaleb(-kept), ROUND_HALF_UP)
    micros = int(share.scaleb(MOST_OF_SECONDS))
    return timedelta(hours=int(hour), minutes=int(minute), seconds=int(second or 0), microseconds=micros)


def parse_date(value: str) -> dt.date:
    """The day that is written.

    Raises:
        Failed: it is none.
    """
    found = _DATE.fullmatch(value)
    try:
        if found:
            return _day(*found.groups())
    except ValueError:
        pass  # said below: there is no such day
    raise Failed("INVALID_CAST_ARGUMENT", f"Value cannot be cast to date: {value}")


def parse_time(value: str, digits: int) -> dt.time:
    """The time that is written, rounded to `digits` digits of a second.

    Raises:
        Failed: it is none.
    """
    found = _JUST_TIME.fullmatch(value)
    try:
        if found:
            hour, minute, second, share = found.groups()
            midnight = datetime.combine(dt.date.min, dt.time())
            return (midnight + _seconds(hour, minute, second, share, digits)).time()
    except ValueError:
        pass  # said below
    raise Failed("INVALID_CAST_ARGUMENT", f"Value cannot be cast to time: {value}")


def parse_timestamp(value: str, digits: int) -> tuple[datetime, str | None]:
    """The time that is written, and the zone if one is.

    Raises:
        ValueError: it is none.
    """
    found = _TIMESTAMP.fullmatch(value)
    if not found:
        raise ValueError(f"{value} is no timestamp")
    sign, year, month, day, hour, minute, second, share, zone = found.groups()
    midnight = datetime.combine(_day(sign, year, month, day), dt.time())
    return midnight + (_seconds(hour, minute, second, share, digits) if hour else timedelta()), zone


def _parsed_timestamp(value: str, digits: int) -> datetime:
    try:
        return parse_timestamp(value, digits)[0]
    except ValueError:
        raise Failed("INVALID_CAST_ARGUMENT", f"Value cannot be cast to timestamp: {value}") from None


def _parsed_zoned(value: str, digits: int) -> dict[str, object]:
    try:
        local, zone = parse_timestamp(value, digits)
        name = zones.named(zone or "UTC")
        return {"utc": zones.to_utc(local, name), "zone": name}
    except ValueError:
        raise Failed("INVALID_CAST_ARGUMENT", f"Value cannot be cast to timestamp with time zone: {value}") from None


_PARSED_DATE: Final = Script(parse_date, ("VARCHAR",), "DATE")
_PARSED_TIME: Final = Script(parse_time, ("VARCHAR", "INTEGER"), "TIME")
_PARSED_TIMESTAMP: Final = Script(_parsed_timestamp, ("VARCHAR", "INTEGER"), "TIMESTAMP")
_PARSED_ZONED: Final = Script(_parsed_zoned, ("VARCHAR", "INTEGER"), zoned(MOST_OF_SECONDS).duckdb)
SCRIPTS: Final = (_PARSED_DATE, _PARSED_TIME, _PARSED_TIMESTAMP, _PARSED_ZONED)
