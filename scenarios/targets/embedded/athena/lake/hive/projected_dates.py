"""Projected partitions of dates: a range of times, told by Java's patterns and by NOW, in steps."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scenarios.targets.embedded.athena.lake.conditions.extent import Extent
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
_SORTED: Final = re.compile(r"[^%]*%Y[^%]*(%m[^%]*(%d[^%]*(%H[^%]*(%M[^%]*(%S[^%]*)?)?)?)?)?")
"""Patterns whose texts are in the order of their times."""
_MONTHS: Final = {"MONTH": 1, "YEAR": 12}
_BY_LENGTH: Final = ("MILLI", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR")
_FINEST: Final = (("%S", "SECOND"), ("%M", "MINUTE"), ("%H", "HOUR"), ("%d", "DAY"), ("%m", "MONTH"), ("%Y", "YEAR"))


@dataclass(frozen=True)
class _Grid:
    """Times from the first to the last, step by step."""

    first: datetime
    last: datetime
    step: int
    unit: str

    def at(self, count: int) -> datetime:
        """The time of a step."""
        return _plus(self.first, count * self.step, self.unit)

    def since(self, time: datetime) -> int:
        """The first step that is not before a time."""
        if self.unit in _UNITS:
            return max(0, -((self.first - time) // (self.step * _UNITS[self.unit])))
        months = (time.year - self.first.year) * 12 + time.month - self.first.month
        count = max(0, months // (self.step * _MONTHS[self.unit]))
        return count if self.at(count) >= time else count + 1

    def __contains__(self, time: datetime) -> bool:
        return self.first <= time <= self.last and self.at(self.since(time)) == time

    def between(self, low: datetime, high: datetime) -> Iterator[datetime]:
        """The steps that are not before one time nor after another."""
        begin, end = self.since(low), self.since(min(self.last, high))
        if end - begin > MOST_DATES:
            raise SqlError("GENERIC_USER_ERROR", f"more than {MOST_DATES} projected dates: restrict them")
        return (time for count in range(begin, end + 1) if (time := self.at(count)) <= min(self.last, high))


def dates(said: Mapping[str, str], column: str, extent: Extent, now: datetime) -> list[str]:
    """The values of a column, as its pattern writes them.

    Args:
        said: `range`, `format`, `interval`, `interval.unit`.
        extent: values that may be left out are so where that is easily told.
        now: in UTC.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY; NOT_SUPPORTED, a letter of the pattern; GENERIC_USER_ERROR, too many.
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
    return _written(_Grid(first, last, step, unit), pattern, extent)


def _written(grid: _Grid, pattern: str, extent: Extent) -> list[str]:
    # Where each text is one time, and the texts are in the order of the times, the condition says which to make.
    is_exact = _BY_LENGTH.index(grid.unit) >= _BY_LENGTH.index(_finest(pattern))
    low, high = grid.first, grid.last
    if is_exact and _SORTED.fullmatch(pattern):
        if extent.named is not None and all(isinstance(value, str) for value in extent.named):
            return sorted(text for text in extent.named if (time := _time(text, pattern)) and time in grid)
        low, high = _time(extent.low, pattern) or low, _time(extent.high, pattern) or high
    return list(dict.fromkeys(time.strftime(pattern) for time in grid.between(low, high)))


def _time(text: object, pattern: str) -> datetime | None:
    """The time that is written so, and in no other way."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.strptime(text, pattern)  # noqa: DTZ007 - all are UTC
    except ValueError:
        return None
    return time if time.strftime(pattern) == text else None


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
