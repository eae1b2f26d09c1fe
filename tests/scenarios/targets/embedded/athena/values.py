"""Values as Trino writes them, in the form in which its answers are on record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.casts.floats import shown
from scenarios.targets.embedded.athena.sql.times import zones
from scenarios.targets.embedded.athena.sql.types import Type


def written(value: Any, kind: Type) -> Any:
    """A value as DuckDB gives it, in a form that JSON has: text, number, list; a map is a list of pairs.

    Args:
        kind: its type.
    """
    if value is None:
        return None
    if kind.kind == "array":
        return [written(element, kind.of[0]) for element in value]
    if kind.kind == "row":
        return [written(value[f"f{place}"], part) for place, part in enumerate(kind.of)]
    if kind.kind == "map":
        pairs = value if isinstance(value, list) else value.items()
        return [[[written(key, kind.of[0])], [written(held, kind.of[1])]] for key, held in pairs]
    return _plain(value, kind)


def _plain(value: Any, kind: Type) -> Any:
    if kind.kind in _WRITTEN:
        return _WRITTEN[kind.kind](value, kind)
    return value if isinstance(value, bool | int | str) else str(value)


def _zoned(value: Any, kind: Type) -> str:
    local = value["utc"].replace(tzinfo=zones.info("UTC")).astimezone(zones.info(value["zone"]))
    return f"{_timestamp(local, kind.numbers[0])} {value['zone']}"


def _timestamp(value: datetime, digits: int) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}{_fraction(value, digits)}"


def _fraction(value: Any, digits: int) -> str:
    return f".{value.microsecond:06}"[: digits + 1] if digits else ""


def _interval(value: int, kind: Type) -> str:
    sign, rest = "-" if value < 0 else "", abs(value)
    if kind.kind == "interval year to month":
        return f"{sign}{rest // 12}-{rest % 12}"
    span = timedelta(milliseconds=rest)
    minutes, seconds = divmod(span.seconds, 60)
    return f"{sign}{span.days} {minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{span.microseconds // 1000:03}"


_WRITTEN: Final[dict[str, Callable[[Any, Type], str]]] = {
    **dict.fromkeys(("double", "real"), lambda value, kind: shown(value, kind.kind)),
    **dict.fromkeys(("interval day to second", "interval year to month"), _interval),
    "timestamp with time zone": _zoned,
    "timestamp": lambda value, kind: _timestamp(value, kind.numbers[0]),
    "time": lambda value, kind: f"{value:%H:%M:%S}{_fraction(value, kind.numbers[0])}",
    "char": lambda value, kind: value.ljust(kind.numbers[0]),
    "decimal": lambda value, _kind: f"{value:f}",
    "varbinary": lambda value, _kind: bytes(value).hex(),
}
