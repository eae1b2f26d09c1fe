"""Texts of Hive's files and partitions as values of columns; what cannot be one is null, as Hive has it."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import Type

NULL_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"
_WHOLE: Final = re.compile(r"[+-]?\d+")


def parser(kind: Type) -> Callable[[str], Any]:
    """What makes a value of a text; None where it is none.

    Raises:
        SqlError: NOT_SUPPORTED, a nested type.
    """
    if kind.is_integer:
        return lambda text: _whole(text, kind.least)
    if kind.kind == "decimal":
        return lambda text: _decimal(text, *kind.numbers)
    if kind.kind == "varchar" and kind.numbers:
        return lambda text: text[: kind.numbers[0]]
    if kind.kind not in _PARSERS:
        raise not_supported(f"a column of type {kind} in files of text")
    return _PARSERS[kind.kind]


def _whole(text: str, least: int) -> int | None:
    found = int(text) if _WHOLE.fullmatch(text) else None
    return found if found is not None and least <= found <= -least - 1 else None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _decimal(text: str, precision: int, scale: int) -> Decimal | None:
    try:
        found = Decimal(text).quantize(Decimal(1).scaleb(-scale))
    except InvalidOperation:
        return None
    return found if found.is_finite() and len(found.as_tuple().digits) <= precision else None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _timestamp(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(microsecond=found.microsecond // 1000 * 1000) if found.tzinfo is None else None


_PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "varchar": str,
    "char": lambda text: text.rstrip(" "),
    "real": _float,
    "double": _float,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "varbinary": str.encode,
}
