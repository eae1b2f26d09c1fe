"""Values of a Parquet or ORC file as a Hive table's columns: columns and fields are found by name, in either case."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from scenarios.targets.embedded.athena.lake.held import hold
from scenarios.targets.embedded.athena.lake.nested import contents, fields, struct_of, with_contents
from scenarios.targets.embedded.athena.sql.arrow_types import arrow_type
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import Type


def hold_by_name(array: Any, kind: Type) -> "pa.Array[Any]":
    """An array of a file as values of `kind` are held.

    Raises:
        SqlError: NOT_SUPPORTED, the file has a type that does not become this one.
        ArrowInvalid, ArrowNotImplementedError: the file has another type, and a value that does not fit.
    """
    if kind.kind == "row":
        places = {field.name.lower(): place for place, field in enumerate(array.type)}
        parts = fields(array)
        found = [
            hold_by_name(parts[places[name]], part) if name in places else pa.nulls(len(array), arrow_type(part))
            for name, part in zip(kind.names, kind.of, strict=True)
        ]
        return struct_of(array, found, arrow_type(kind))
    if kind.kind in ("array", "map"):
        whole, inner = contents(array)
        parts = [hold_by_name(part, of) for part, of in zip(inner, kind.of, strict=True)]
        return with_contents(whole, parts, arrow_type(kind))
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if kind.kind not in _FITS or not (pa.types.is_null(array.type) or _FITS[kind.kind](array.type)):
        raise not_supported(f"a column of type {kind} of which a file has {array.type}")
    if kind.kind == "timestamp":
        return _in_milliseconds(array)
    if kind.kind in ("varchar", "char") and kind.numbers:
        return hold(_cut(array.cast(pa.string()), kind), kind)
    return hold(array, kind)


def _is_text(stored: pa.DataType) -> bool:
    return any(
        test(stored)
        for test in (
            *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
            *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
        )
    )


_FITS: Final[Mapping[str, Callable[[pa.DataType], bool]]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), pa.types.is_integer),
    "boolean": pa.types.is_boolean,
    "real": pa.types.is_float32,
    "double": pa.types.is_floating,
    "decimal": pa.types.is_decimal,
    **dict.fromkeys(("varchar", "char"), _is_text),
    "varbinary": lambda stored: _is_text(stored) or pa.types.is_fixed_size_binary(stored),
    "date": pa.types.is_date32,
    "timestamp": pa.types.is_timestamp,
}
"""The types that files may have for a column; between others Arrow casts, and Athena does not."""


def _cut(array: Any, kind: Type) -> "pa.Array[Any]":
    """Texts to their type's length."""
    cut: pa.Array[Any] = pc.utf8_slice_codeunits(array, 0, kind.numbers[0])
    return pc.utf8_rtrim(cut, " ") if kind.kind == "char" else cut


def _in_milliseconds(array: Any) -> "pa.Array[Any]":
    """Times as Hive's columns have them, rounded as Trino does it."""
    whole = array.cast(pa.timestamp("us"), safe=False) if array.type != pa.timestamp("us") else array
    rounded: pa.Array[Any] = pc.multiply(pc.floor(pc.divide(pc.add(whole.cast(pa.int64()), 500), 1000.0)), 1000.0)
    return rounded.cast(pa.int64()).cast(pa.timestamp("us"))
