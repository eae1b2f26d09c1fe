"""Projected partitions of dates: a range of times, told by Java's patterns and by NOW, in steps."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported

MOST_DATES: Final = 1_000_000
_NOW: Final = re.compile(r"NOW\s*(?:([+-])\s*(\d+)\s*([A-Z]+?)S?\s*)?")
_LETTERS: Final = {"yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_PATTERN: Final = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
_UNITS: Final = {
    "WEEK": timedelta(weeks=1),
    "DAY": timedelta(days=1),
    "HOUR": timedelta(hours=1),
    "MINUTE": timedelta(minutes=1),
    "SECOND": timedelta(seconds=1),
    "MILLI": timedelta(milliseconds=1),
}
_MONTHS: Final = {"MONTH": 1, "YEAR": 12}
_FINEST: Final = (("%S", "SECOND"), ("%M", "MINUTE"), ("%H", "HOUR"), ("%d", "DAY"), ("%m", "MONTH"), ("%Y", "YEAR"))


def dates(said: Mapping[str, str], column: str, now: datetime) -> list[str]:
    """The values of a column, as its pattern writes them.

    Args:
        said: `range`, `format`, `interval`, `interval.unit`.
        now: in UTC.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY; NOT_SUPPORTED, a letter of the pattern.
    """
    try:
        written, bounds = said["format"], said["range"].split(",")
        step = int(said.get("interval", "1"))
    except (KeyError, ValueError) as error:
        raise _invalid(column, f"needs a range and a format, and an interval that is a number: {error}") from error
    pattern = _strftime(written)
    unit = said.get("interval.unit", "").upper().removesuffix("S") or _finest(pattern)
    if len(bounds) != 2 or step < 1 or unit not in (*_UNITS, *_MONTHS):
        raise _invalid(column, f"has the range {said['range']!r}, interval {step}, unit {unit}")
    first, last = (_bound(bound.strip(), pattern, column, now) for bound in bounds)
    # What is finer than the pattern is not seen: NOW is the beginning of its day, of a pattern of days.
    first = datetime.strptime(first.strftime(pattern), pattern)  # noqa: DTZ007 - all are UTC
    found = (time.strftime(pattern) for time in _steps(first, last, step, unit))
    return list(dict.fromkeys(found))


def _steps(first: datetime, last: datetime, step: int, unit: str) -> Iterator[datetime]:
    for count in range(MOST_DATES):
        time = _plus(first, count * step, unit)
        if time > last:
            return
        yield time


def _plus(time: datetime, count: int, unit: str) -> datetime:
    if unit in _UNITS:
        return time + count * _UNITS[unit]
    months = time.year * 12 + time.month - 1 + count * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    last_day = (datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day  # noqa: DTZ001 - all are UTC
    return time.replace(year=year, month=month, day=min(time.day, last_day))


def _bound(text: str, pattern: str, column: str, now: datetime) -> datetime:
    found = _NOW.fullmatch(text)
    if found is None:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - all are UTC
        except ValueError as error:
            raise _invalid(column, f"has the bound {text!r}: {error}") from error
    sign, count, unit = found.groups()
    if sign is None:
        return now.replace(tzinfo=None)
    if unit not in (*_UNITS, *_MONTHS):
        raise _invalid(column, f"has the bound {text!r}")
    return _plus(now.replace(tzinfo=None), int(sign + count), unit)


def _strftime(written: str) -> str:
    """Java's pattern as Python's."""
    made = ""
    for match in _PATTERN.finditer(written):
        text = match.group()
        if match.group(1) is not None:
            made += match.group(1).replace("''", "'").replace("%", "%%") or "'"
        elif text[0].isalpha():
            if text not in _LETTERS:
                raise not_supported(f"{text} in the pattern {written} of projected dates")
            made += _LETTERS[text]
        else:
            made += text.replace("%", "%%")
    return made


def _finest(pattern: str) -> str:
    return next((unit for letter, unit in _FINEST if letter in pattern), "DAY")


def _invalid(column: str, said: str) -> SqlError:
    return SqlError("INVALID_TABLE_PROPERTY", f"projection.{column} {said}")
