"""Times as format_datetime writes and parse_datetime reads them, by Joda's letters.

https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

import datetime as dt
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.times import zones
from scenarios.targets.embedded.athena.sql.times.mysql_format import DAYS, MONTHS, half

_PARTS: Final = re.compile(r"'((?:[^']|'')*)'|([a-zA-Z])\2*|[^a-zA-Z']+")
_TEXT: Final = 3
"""As many letters and a month is written by its name; one more, and in full."""


def _number(value: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda at, width: f"{value(at):0{width}}"


def _year(at: datetime, width: int) -> str:
    return f"{at.year % 100:02}" if width == 2 else f"{at.year:0{width}}"


def _month(at: datetime, width: int) -> str:
    name = MONTHS[at.month - 1]
    return f"{at.month:0{width}}" if width < _TEXT else name[:3] if width == _TEXT else name


def _share(at: datetime, width: int) -> str:
    return f"{at.microsecond // 1000:03}".ljust(width, "0")[:width]


_WRITTEN: Final[dict[str, Callable[[datetime, int], str]]] = {
    "y": _year,
    "M": _month,
    "d": _number(lambda at: at.day),
    "D": _number(lambda at: at.timetuple().tm_yday),
    "w": _number(lambda at: at.isocalendar().week),
    "x": _number(lambda at: at.isocalendar().year),
    "e": _number(lambda at: at.isoweekday()),
    "E": lambda at, width: DAYS[at.weekday()] if width > _TEXT else DAYS[at.weekday()][:3],
    "a": lambda at, _width: half(at),
    "H": _number(lambda at: at.hour),
    "k": _number(lambda at: at.hour or 24),
    "K": _number(lambda at: at.hour % 12),
    "h": _number(lambda at: at.hour % 12 or 12),
    "m": _number(lambda at: at.minute),
    "s": _number(lambda at: at.second),
    "S": _share,
}


@cache
def _parts(pattern: str) -> list[tuple[str, int]]:
    """Letters with how often they stand, and texts with 0."""
    found, end = [], 0
    for part in _PARTS.finditer(pattern):
        if part.start() != end:
            raise Failed("INVALID_FUNCTION_ARGUMENT", f"Illegal pattern: {pattern}")
        end = part.end()
        if part[2]:
            found.append((part[2], len(part[0])))
        else:
            found.append(((part[1].replace("''", "'") or "'") if part[1] is not None else part[0], 0))
    return found


def _write(value: dict[str, Any], pattern: str) -> str:
    zone = str(value["zone"])
    at = value["utc"].replace(tzinfo=UTC).astimezone(zones.info(zone))
    written = []
    for part, width in _parts(pattern):
        if not width:
            written.append(part)
        elif part == "Z":
            written.append(_zone(at, zone, width))
        elif part in _WRITTEN:
            written.append(_WRITTEN[part](at, width))
        else:
            raise Failed("NOT_SUPPORTED", f"format_datetime with {part} is not supported here")
    return "".join(written)


def _zone(at: datetime, zone: str, width: int) -> str:
    if width > 2:
        return zone
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    sign, between = "-" if minutes < 0 else "+", ":" if width == 2 else ""
    return f"{sign}{abs(minutes) // 60:02}{between}{abs(minutes) % 60:02}"


_READ: Final = {
    "y": r"(?P<y>\d{4})",
    "M": r"(?P<M>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "m": r"(?P<m>\d{1,2})",
    "s": r"(?P<s>\d{1,2})",
    "S": r"(?P<S>\d{1,3})",
    "Z": r"(?P<Z>Z|[+-]\d{2}:?\d{2}|[A-Za-z_]+(?:/[A-Za-z_]+)*)",
}


@cache
def _reader(pattern: str) -> re.Pattern[str]:
    parts = []
    for part, width in _parts(pattern):
        if width and (part not in _READ or (part == "M" and width >= _TEXT) or (part == "y" and width == 2)):
            raise Failed("NOT_SUPPORTED", f"parse_datetime with {part * width} is not supported here")
        parts.append(_READ[part] if width else re.escape(part))
    try:
        return re.compile("".join(parts), re.ASCII)
    except re.error:
        raise Failed("NOT_SUPPORTED", f"parse_datetime with {pattern} is not supported here") from None


def _read(value: str, pattern: str) -> dict[str, Any]:
    found = _reader(pattern).fullmatch(value)
    if not found:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{value}"')
    parts = found.groupdict()
    try:
        number = {
            name: int(parts.get(name) or default) for name, default in zip("yMdHms", (2000, 1, 1, 0, 0, 0), strict=True)
        }
        share = int((parts.get("S") or "0").ljust(3, "0")) * 1000
        day = dt.date(number["y"], number["M"], number["d"])
        local = datetime.combine(day, dt.time(number["H"], number["m"], number["s"], share))
        zone = zones.named(parts.get("Z") or "UTC")
    except ValueError as error:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{value}": {error}') from None
    if zones.is_skipped(local, zone):
        said = f"Illegal instant due to time zone offset transition ({zone})"
        raise Failed("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{value}": {said}')
    return {"utc": zones.to_utc(local, zone), "zone": zone}


WRITE: Final = Script(_write, ("STRUCT(utc TIMESTAMP, zone VARCHAR)", "VARCHAR"), "VARCHAR")
READ: Final = Script(_read, ("VARCHAR", "VARCHAR"), "STRUCT(utc TIMESTAMP, zone VARCHAR)")
SCRIPTS: Final = (WRITE, READ)
