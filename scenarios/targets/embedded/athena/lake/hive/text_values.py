"""Texts of Hive's files and partitions as values of columns; what cannot be one is null, as Hive has it."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import Type

_BLANK: Final = "".join(map(chr, range(33)))
"""What Java trims."""

_DIGITS: Final = Context(prec=76)
"""More than a decimal has, which counts them itself."""

# Python's own conversions read other texts: underscores between digits, any script's digits, ISO's weeks, `inf`.
_WHOLE: Final = re.compile(r"([+-]?)0*([0-9]{1,19})")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FLOAT: Final = re.compile(rf"(?:({_DECIMAL.pattern})|([+-]?(?:NaN|Infinity)))[dDfF]?")
"""As Java reads them, but for hexadecimal digits."""

_DATE: Final = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})")
_TWO: Final = "([0-9]{1,2})"
_TIMESTAMP: Final = re.compile(
    rf"{_DATE.pattern}(?:(?: (?=[0-9]+:[0-9]+:)|[Tt]){_TWO}:{_TWO}(?::{_TWO}(?:\.([0-9]{{1,9}}))?)?)?"
)
"""A day, and a time that has seconds unless it stands after a T."""


def parser(kind: Type) -> Callable[[str], Any]:
    """What makes a value of a text; None where it is none.

    Raises:
        SqlError: NOT_SUPPORTED, a nested type.
    """
    if kind.is_integer:
        return lambda text: _whole(text, kind.least)
    if kind.kind == "decimal":
        return lambda text: _decimal(text, *kind.numbers)
    if kind.kind in ("varchar", "char") and kind.numbers:
        blanks = " " if kind.kind == "char" else ""
        return lambda text: text[: kind.numbers[0]].rstrip(blanks) if blanks else text[: kind.numbers[0]]
    if kind.kind not in _PARSERS:
        raise not_supported(f"a column of type {kind} in files of text")
    return _PARSERS[kind.kind]


def _whole(text: str, least: int) -> int | None:
    found = _WHOLE.fullmatch(text)
    value = int(found[1] + found[2]) if found else None
    return value if value is not None and least <= value <= -least - 1 else None


def _float(text: str) -> float | None:
    found = _FLOAT.fullmatch(text.strip(_BLANK))
    return float(found[1] or found[2]) if found else None


def _decimal(text: str, precision: int, scale: int) -> Decimal | None:
    if not _DECIMAL.fullmatch(text):
        return None
    try:
        found = Decimal(text).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _DIGITS)
    except InvalidOperation:
        return None
    return found if len(found.as_tuple().digits) <= precision else None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text.strip(_BLANK).partition(" ")[0])
    midnight = _midnight(*found.groups()) if found else None
    return midnight and midnight.date()


def _timestamp(text: str) -> datetime | None:
    found = _TIMESTAMP.fullmatch(text.strip(_BLANK))
    midnight = _midnight(*found.groups()[:3]) if found else None
    if found is None or midnight is None:
        return None
    hours, minutes, seconds, fraction = (part or "0" for part in found.groups()[3:])
    milliseconds = int(fraction[:3].ljust(3, "0"))
    return midnight + timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds), milliseconds=milliseconds)


def _midnight(year: str, month: str, day: str) -> datetime | None:
    """Of a day that is counted on from the first of January: the 30th of February is one of March, as Hive has it."""
    years, months = divmod(int(month) - 1, 12)
    try:
        return datetime(int(year) + years, months + 1, 1) + timedelta(int(day) - 1)  # noqa: DTZ001 - it has no zone
    except (ValueError, OverflowError):
        return None


_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "varchar": str,
    "real": _float,
    "double": _float,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "varbinary": str.encode,
}
