"""Times as ISO 8601 has them."""

import datetime as dt
import re
from datetime import datetime, timedelta
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.times import zones

_DAY: Final = (
    r"(?P<year>\d{4})"
    r"(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?|-(?P<of_year>\d{3})|-W(?P<week>\d{1,2})(?:-(?P<of_week>\d))?)?"
)
_TIME: Final = (
    r"T(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<share>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?"
)
_DATE: Final = re.compile(_DAY, re.ASCII)
_TIMESTAMP: Final = re.compile(f"{_DAY}(?:{_TIME})?", re.ASCII)


def _day(parts: dict[str, str | None]) -> dt.date:
    year = int(parts["year"] or 0)
    if not dt.date.min.year <= year <= dt.date.max.year:
        raise Failed("NOT_SUPPORTED", f"the year {year} is not supported here")
    if parts["of_year"]:
        if not 1 <= int(parts["of_year"]) <= 366:
            raise ValueError(f"day {parts['of_year']} of a year")
        day = dt.date(year, 1, 1) + timedelta(days=int(parts["of_year"]) - 1)
        if day.year != year:
            raise ValueError(f"day {parts['of_year']} of {year}")
        return day
    if parts["week"]:
        return dt.date.fromisocalendar(year, int(parts["week"]), int(parts["of_week"] or 1))
    return dt.date(year, int(parts["month"] or 1), int(parts["day"] or 1))


def _wrong(value: str) -> Failed:
    if re.match(r"[+-]|\d{5}", value):
        return Failed("NOT_SUPPORTED", f"the year of {value} is not supported here")
    return Failed("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{value}"')


def _date(value: str) -> dt.date:
    found = _DATE.fullmatch(value)
    try:
        if found:
            return _day(found.groupdict())
    except ValueError:
        pass  # said below
    raise _wrong(value)


def _timestamp(value: str) -> dict[str, Any]:
    found = _TIMESTAMP.fullmatch(value)
    if not found:
        raise _wrong(value)
    parts = found.groupdict()
    try:
        hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
        milliseconds = int((parts["share"] or "0").ljust(3, "0")[:3])
        day = _day(parts)
        local = datetime.combine(day, dt.time(hour, minute, second, milliseconds * 1000))
        zone = zones.named(parts["zone"] or "UTC")
    except ValueError:
        raise _wrong(value) from None
    return {"utc": zones.to_utc(local, zone), "zone": zone}


DATE: Final = Script(_date, ("VARCHAR",), "DATE")
TIMESTAMP: Final = Script(_timestamp, ("VARCHAR",), "STRUCT(utc TIMESTAMP, zone VARCHAR)")
SCRIPTS: Final = (DATE, TIMESTAMP)
