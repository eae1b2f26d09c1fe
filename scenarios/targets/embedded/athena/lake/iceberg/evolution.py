"""Values of an older file as the table has them now: columns are found by the numbers that they keep."""

from typing import Any

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.types import IcebergType, ListType, MapType, NestedField, StructType

from scenarios.targets.embedded.athena.lake.nested import contents, fields, struct_of, with_contents


def arrow_of(kind: IcebergType) -> Any:
    """The Arrow type of a column."""
    return schema_to_pyarrow(kind, include_field_ids=False)


def repeated(value: Any, kind: IcebergType, rows: int) -> "pa.Array[Any]":
    """A column that is everywhere the same."""
    column: pa.Array[Any] = pa.repeat(pa.scalar(value, arrow_of(kind)), rows)
    return column


def as_now(array: "pa.Array[Any]", stored: IcebergType, wanted: IcebergType) -> "pa.Array[Any]":
    """An array of one type as that which the column has now.

    Args:
        stored: the file's type; of a struct, at least all fields that `wanted` has and the file has.
    """
    match stored, wanted:
        case StructType(), StructType():
            parts = columns_now(fields(array), stored, wanted, len(array))
            return struct_of(
                array, parts, [pa.field(f.name, p.type) for f, p in zip(wanted.fields, parts, strict=True)]
            )
        case ListType(), ListType():
            whole, [values] = contents(array)
            values = as_now(values, stored.element_type, wanted.element_type)
            return with_contents(whole, [values], pa.list_(values.type))
        case MapType(), MapType():
            whole, [keys, values] = contents(array)
            keys = as_now(keys, stored.key_type, wanted.key_type)
            values = as_now(values, stored.value_type, wanted.value_type)
            return with_contents(whole, [keys, values], pa.map_(keys.type, values.type))
    # Nanoseconds, which no table of version 2 has, become microseconds.
    now: pa.Array[Any] = array.cast(arrow_of(wanted), safe=False)
    return now


def columns_now(
    arrays: "list[pa.Array[Any]]", stored: StructType, wanted: StructType, rows: int
) -> "list[pa.Array[Any]]":
    """The columns of `wanted`; null, or what they began with, where the file has them not."""
    places = {field.field_id: place for place, field in enumerate(stored.fields)}

    def one(field: NestedField) -> "pa.Array[Any]":
        if field.field_id not in places:
            return repeated(field.initial_default, field.field_type, rows)
        place = places[field.field_id]
        return as_now(arrays[place], stored.fields[place].field_type, field.field_type)

    return [one(field) for field in wanted.fields]
