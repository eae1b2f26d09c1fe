"""Values as Athena's results have them: columns of Arrow in, columns of text out."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from scenarios.targets.embedded.athena.sql.casts.floats import shown
from scenarios.targets.embedded.athena.sql.types import MOST_OF_SECONDS, Type

FEWEST_OF_SECONDS: Final = 3
"""Digits of a second that are shown at least, where Trino would show none for a type without."""

_TEXT: Final = pa.string()
_ZERO, _LEAST, _MOST = pa.scalar(0.0), pa.scalar(1e-3), pa.scalar(1e7)
"""Java writes no exponent from the second up to the third."""


def as_text(values: Any, kind: Type) -> Any:
    """Each value as text, null as null.

    Args:
        values: an array as `Type.duckdb` says.
    """
    return _WRITERS.get(kind.kind, _cast)(values, kind)


def _cast(values: Any, _: Type) -> Any:
    return values.cast(_TEXT)


def _float(values: Any, kind: Type) -> Any:
    """As Java writes them: Arrow's digits are the same, and only few need an exponent of Java's form."""
    text, size = values.cast(_TEXT), pc.abs(values)
    is_plain: Any = pc.or_(pc.and_(pc.greater_equal(size, _LEAST), pc.less(size, _MOST)), pc.equal(size, _ZERO))
    pointed = pc.if_else(pc.match_substring(text, "."), text, _joined(text, ".0"))
    others: Any = pc.invert(pc.fill_null(is_plain, True))
    rest = [shown(value, kind.kind) for value in values.filter(others).to_pylist()]
    return pc.replace_with_mask(pointed, others, pa.array(rest, _TEXT))


def _decimal(values: Any, _: Type) -> Any:
    """Arrow writes very small ones with an exponent."""
    text = values.cast(_TEXT)
    others = pc.fill_null(pc.match_substring(text, "E"), False)
    rest = [format(value, "f") for value in values.filter(others).to_pylist()]
    return pc.replace_with_mask(text, others, pa.array(rest, _TEXT))


def _char(values: Any, kind: Type) -> Any:
    return pc.utf8_rpad(values.cast(_TEXT), width=kind.numbers[0], padding=" ")


def _binary(values: Any, _: Type) -> Any:
    return pa.array([None if value is None else value.hex(" ") for value in values.to_pylist()], _TEXT)


def _of_seconds(values: Any, kind: Type) -> Any:
    """Arrow writes six digits of a second."""
    beyond = MOST_OF_SECONDS - max(FEWEST_OF_SECONDS, *kind.numbers)
    text = values.cast(_TEXT)
    return pc.utf8_slice_codeunits(text, 0, -beyond) if beyond else text


def _zoned(values: Any, kind: Type) -> Any:
    """The time of its own zone, and the zone's name."""
    utc, zones = values.flatten()
    text = pa.nulls(len(values), _TEXT)
    for zone in pc.unique(zones.drop_null()).to_pylist():
        local = pc.local_timestamp(utc.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone)))
        text = pc.if_else(pc.equal(zones, zone), _joined(_of_seconds(local, kind), f" {zone}"), text)
    return text


def _days(values: Any, _: Type) -> Any:
    return pa.array([None if value is None else _day_to_second(value) for value in values.to_pylist()], _TEXT)


def _day_to_second(milliseconds: int) -> str:
    seconds, rest = divmod(abs(milliseconds), 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"{'-' * (milliseconds < 0)}{day} {hour:02}:{minute:02}:{second:02}.{rest:03}"


def _months(values: Any, _: Type) -> Any:
    return pa.array([None if value is None else _year_to_month(value) for value in values.to_pylist()], _TEXT)


def _year_to_month(months: int) -> str:
    year, month = divmod(abs(months), 12)
    return f"{'-' * (months < 0)}{year}-{month}"


def _array(values: Any, kind: Type) -> Any:
    """`[1, null]`."""
    return _joined("[", _each(values, _shown(values.flatten(), kind.of[0])), "]")


def _map(values: Any, kind: Type) -> Any:
    """`{a=1, b=null}`."""
    entries = pa.list_(pa.struct([("key", values.type.key_type), ("value", values.type.item_type)]))
    lists = values.cast(entries)
    keys, items = lists.flatten().flatten()
    return _joined("{", _each(lists, _joined(_shown(keys, kind.of[0]), "=", _shown(items, kind.of[1]))), "}")


def _row(values: Any, kind: Type) -> Any:
    """`{x=1, field1=null}`; a field without a name is called by its place."""
    parts: list[Any] = []
    for place, (name, part, column) in enumerate(zip(kind.names, kind.of, values.flatten(), strict=True)):
        parts += [f"{', ' if place else ''}{name or f'field{place}'}=", _shown(column, part)]
    return pc.if_else(values.is_valid(), _joined("{", *parts, "}"), None)


def _shown(values: Any, kind: Type) -> Any:
    """Text of values inside of others."""
    return pc.fill_null(as_text(values, kind), "null")


def _each(lists: Any, texts: Any) -> Any:
    """The texts of each list's values, with commas; those of null lists are in `texts` no more."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    ends = pc.cumulative_sum(lengths.cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, texts), ", ")
    return pc.if_else(lists.is_valid(), joined, None)


def _joined(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "")


_WRITERS: Final[Mapping[str, Callable[[Any, Type], Any]]] = {
    "real": _float,
    "double": _float,
    "decimal": _decimal,
    "char": _char,
    "varbinary": _binary,
    "time": _of_seconds,
    "timestamp": _of_seconds,
    "timestamp with time zone": _zoned,
    "interval day to second": _days,
    "interval year to month": _months,
    "array": _array,
    "map": _map,
    "row": _row,
}
"""Kinds that Arrow's own text is not right for."""
