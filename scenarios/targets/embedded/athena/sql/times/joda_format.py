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

_LETTERS: Final = re.compile(r"([a-zA-Z])\1*")
_TEXT: Final = 3
"""As many letters and a month is written by its name; one more, and in full."""


def _number(value: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda at, width: f"{value(at):0{width}}"


def _year(value: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda at, width: f"{value(at) % 100:02}" if width == 2 else f"{value(at):0{width}}"


def _month(at: datetime, width: int) -> str:
    name = MONTHS[at.month - 1]
    return f"{at.month:0{width}}" if width < _TEXT else name[:3] if width == _TEXT else name


def _share(at: datetime, width: int) -> str:
    return f"{at.microsecond // 1000:03}".ljust(width, "0")[:width]


_WRITTEN: Final[dict[str, Callable[[datetime, int], str]]] = {
    "y": _year(lambda at: at.year),
    "M": _month,
    "d": _number(lambda at: at.day),
    "D": _number(lambda at: at.timetuple().tm_yday),
    "w": _number(lambda at: at.isocalendar().week),
    "x": _year(lambda at: at.isocalendar().year),
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
    """Letters with how often they stand, and texts with 0; see Joda's DateTimeFormat.parseToken."""
    found: list[tuple[str, int]] = []
    place = 0
    while place < len(pattern):
        letter = _LETTERS.match(pattern, place)
        if letter:
            found.append((letter[1], len(letter[0])))
            place = letter.end()
        else:
            words, place = _words(pattern, place)
            found.extend([(words, 0)] if words else [])
    if not found:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Both printing and parsing not supported")
    return found


def _words(pattern: str, place: int) -> tuple[str, int]:
    """The text that begins at a place, and where it ends: at a letter, unless that is quoted."""
    words, is_quoted = "", False
    while place < len(pattern) and (is_quoted or not _LETTERS.match(pattern, place)):
        if pattern[place] != "'":
            words += pattern[place]
        elif pattern[place + 1 : place + 2] == "'":
            words, place = words + "'", place + 1
        else:
            is_quoted = not is_quoted
        place += 1
    return words, place


def _write(value: dict[str, Any], pattern: str) -> str:
    zone = str(value["zone"])
    at = value["utc"].replace(tzinfo=UTC).astimezone(zones.info(zone))
    return "".join(
        _zone(at, zone, width) if part == "Z" and width else _written(at, part, width)
        for part, width in _parts(pattern)
    )


def _write_local(at: datetime, pattern: str) -> str:
    if any(part == "Z" and width for part, width in _parts(pattern)):
        said = "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ"
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"{said} information")
    return "".join(_written(at, part, width) for part, width in _parts(pattern))


def _written(at: datetime, part: str, width: int) -> str:
    if not width:
        return part
    if part not in _WRITTEN:
        raise Failed("NOT_SUPPORTED", f"format_datetime with {part} is not supported here")
    return _WRITTEN[part](at, width)


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
        # Without a year it is that of a leap day if days are counted, and else of the epoch; see computeMillis() of
        # Joda's DateTimeParserBucket.
        defaults = (2000 if parts.keys() & {"M", "d"} else 1970, 1, 1, 0, 0, 0)
        number = {name: int(parts.get(name) or default) for name, default in zip("yMdHms", defaults, strict=True)}
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


WRITE_LOCAL: Final = Script(_write_local, ("TIMESTAMP", "VARCHAR"), "VARCHAR")
WRITE: Final = Script(_write, ("STRUCT(utc TIMESTAMP, zone VARCHAR)", "VARCHAR"), "VARCHAR")
READ: Final = Script(_read, ("VARCHAR", "VARCHAR"), "STRUCT(utc TIMESTAMP, zone VARCHAR)")
SCRIPTS: Final = (WRITE_LOCAL, WRITE, READ)
