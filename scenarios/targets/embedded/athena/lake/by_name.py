"""Values of a Parquet or ORC file as a Hive table's columns: columns and fields are found by name, in either case."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scenarios.targets.embedded.athena.lake.held import hold
from scenarios.targets.embedded.athena.lake.nested import contents, fields, struct_of, with_contents
from scenarios.targets.embedded.athena.sql.arrow_types import arrow_type
from scenarios.targets.embedded.athena.sql.types import Type


def hold_by_name(array: Any, kind: Type) -> "pa.Array[Any]":
    """An array of a file as values of `kind` are held.

    Raises:
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
    if kind.kind == "timestamp":
        return _in_milliseconds(array)
    return hold(array, kind)


def _in_milliseconds(array: Any) -> "pa.Array[Any]":
    """Times as Hive's columns have them, rounded as Trino does it."""
    whole = array.cast(pa.timestamp("us"), safe=False) if array.type != pa.timestamp("us") else array
    rounded: pa.Array[Any] = pc.multiply(pc.floor(pc.divide(pc.add(whole.cast(pa.int64()), 500), 1000.0)), 1000.0)
    return rounded.cast(pa.int64()).cast(pa.timestamp("us"))
