"""Times as date_format writes and date_parse reads them, by MySQL's letters.

https://trino.io/docs/435/functions/datetime.html#mysql-date-functions
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from scenarios.targets.embedded.athena.sql.scripts import Failed, Script

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOT: Final = "DUuVwX"
_PIVOT: Final = 70
"""A year of two digits from which on it is of the century before."""


def _twelve(at: datetime) -> int:
    return at.hour % 12 or 12


def half(at: datetime) -> str:
    """AM or PM, whatever the language of the machine."""
    return "PM" if at.hour >= 12 else "AM"


_WRITTEN: Final[dict[str, Callable[[datetime], str]]] = {
    "a": lambda at: DAYS[at.weekday()][:3],
    "b": lambda at: MONTHS[at.month - 1][:3],
    "c": lambda at: str(at.month),
    "d": lambda at: f"{at.day:02}",
    "e": lambda at: str(at.day),
    "f": lambda at: f"{at.microsecond // 1000:03}000",
    "H": lambda at: f"{at.hour:02}",
    "h": lambda at: f"{_twelve(at):02}",
    "I": lambda at: f"{_twelve(at):02}",
    "i": lambda at: f"{at.minute:02}",
    "j": lambda at: f"{at.timetuple().tm_yday:03}",
    "k": lambda at: str(at.hour),
    "l": lambda at: str(_twelve(at)),
    "M": lambda at: MONTHS[at.month - 1],
    "m": lambda at: f"{at.month:02}",
    "p": half,
    "r": lambda at: f"{_twelve(at):02}:{at.minute:02}:{at.second:02} {half(at)}",
    "S": lambda at: f"{at.second:02}",
    "s": lambda at: f"{at.second:02}",
    "T": lambda at: f"{at.hour:02}:{at.minute:02}:{at.second:02}",
    "v": lambda at: f"{at.isocalendar().week:02}",
    "W": lambda at: DAYS[at.weekday()],
    "x": lambda at: f"{at.isocalendar().year:04}",
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
}


def _letters(pattern: str) -> list[tuple[str, bool]]:
    """The pattern as letters, each with whether a % makes it one that means something."""
    parts, place = [], 0
    while place < len(pattern):
        if pattern[place] == "%":
            place += 1
            if place == len(pattern):
                break
            letter = pattern[place]
            if letter in _NOT:
                raise Failed("INVALID_FUNCTION_ARGUMENT", f"%{letter} not supported in date format string")
            parts.append((letter, letter in _WRITTEN))
        else:
            parts.append((pattern[place], False))
        place += 1
    if not parts:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Both printing and parsing not supported")
    return parts


def _write(at: datetime, pattern: str) -> str:
    return "".join(_WRITTEN[letter](at) if means else letter for letter, means in _letters(pattern))


_NAMES: Final = {"M": MONTHS, "b": tuple(m[:3] for m in MONTHS), "W": DAYS, "a": tuple(d[:3] for d in DAYS)}
_READ: Final = {
    "c": r"(?P<m>\d{1,2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "e": r"(?P<d>\d{1,2})",
    "f": r"(?P<f>\d{1,9})",
    "H": r"(?P<H>\d{1,2})",
    "k": r"(?P<H>\d{1,2})",
    "h": r"(?P<I>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "l": r"(?P<I>\d{1,2})",
    "i": r"(?P<i>\d{1,2})",
    "j": r"(?P<j>\d{1,3})",
    "p": r"(?P<p>[AaPp][Mm])",
    "r": r"(?P<I>\d{1,2}):(?P<i>\d{1,2}):(?P<s>\d{1,2}) (?P<p>[AaPp][Mm])",
    "S": r"(?P<s>\d{1,2})",
    "s": r"(?P<s>\d{1,2})",
    "T": r"(?P<H>\d{1,2}):(?P<i>\d{1,2}):(?P<s>\d{1,2})",
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    **{letter: f"(?P<name{letter}>{'|'.join(names)})" for letter, names in _NAMES.items()},
}


@cache
def _reader(pattern: str) -> re.Pattern[str]:
    parts = []
    for letter, means in _letters(pattern):
        if means and letter not in _READ:
            raise Failed("NOT_SUPPORTED", f"date_parse with %{letter} is not supported here")
        parts.append(_READ[letter] if means else re.escape(letter))
    try:
        return re.compile("".join(parts), re.ASCII | re.IGNORECASE)
    except re.error:
        raise Failed("NOT_SUPPORTED", f"date_parse with {pattern} is not supported here") from None


def _read(value: str, pattern: str) -> datetime:
    found = _reader(pattern).fullmatch(value)
    if not found:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{value}"')
    parts = {name: taken for name, taken in found.groupdict().items() if taken is not None}
    try:
        return _made(parts)
    except ValueError as error:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{value}": {error}') from None


def _made(parts: dict[str, str]) -> datetime:
    year = _year(parts)
    hour = int(parts.get("H", 0))
    if "I" in parts:
        twelve = int(parts["I"])
        if not 1 <= twelve <= 12:
            raise ValueError(f"hour {twelve} of twelve")
        hour = twelve % 12 + (12 if parts.get("p", "").upper() == "PM" else 0)
    micros = int(parts.get("f", "0").ljust(9, "0")) // 1_000_000 * 1000
    minute, second = int(parts.get("i", 0)), int(parts.get("s", 0))
    at = datetime(year, _month(parts), int(parts.get("d", 1)), hour, minute, second, micros)  # noqa: DTZ001 - no zone
    if "j" in parts:
        at = at.replace(month=1, day=1) + timedelta(int(parts["j"]) - 1)
        if at.year != year:
            raise ValueError(f"day {parts['j']} of {year}")
    return _on_weekday(at, parts)


def _year(parts: dict[str, str]) -> int:
    """Without one that of a leap day if days are counted, and else of the epoch, as Joda has it."""
    if "Y" in parts:
        return int(parts["Y"])
    if "y" in parts:
        return int(parts["y"]) + (1900 if int(parts["y"]) >= _PIVOT else 2000)
    return 2000 if parts.keys() & {"m", "d", "j", "nameM", "nameb", "nameW", "namea"} else 1970


def _month(parts: dict[str, str]) -> int:
    for group, names in (("nameM", MONTHS), ("nameb", _NAMES["b"])):
        if group in parts:
            return _named(parts[group], names) + 1
    return int(parts.get("m", 1))


def _on_weekday(at: datetime, parts: dict[str, str]) -> datetime:
    """The day of that name in the week that was found."""
    for group, names in (("nameW", DAYS), ("namea", _NAMES["a"])):
        if group in parts:
            if "d" not in parts and parts.keys() & {"Y", "y", "m", "j", "nameM", "nameb"}:
                raise Failed("NOT_SUPPORTED", "date_parse of a weekday without its day is not supported here")
            return at + timedelta(_named(parts[group], names) - at.weekday())
    return at


def _named(name: str, names: tuple[str, ...]) -> int:
    return [one.lower() for one in names].index(name.lower())


WRITE: Final = Script(_write, ("TIMESTAMP", "VARCHAR"), "VARCHAR")
READ: Final = Script(_read, ("VARCHAR", "VARCHAR"), "TIMESTAMP")
SCRIPTS: Final = (WRITE, READ)
