"""Which partition of an Iceberg table each row belongs to: the table's transforms of its columns."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyiceberg.partitioning import PartitionField, PartitionFieldValue, PartitionKey, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform

from scenarios.targets.embedded.athena.lake.grouping import grouped
from scenarios.targets.embedded.athena.lake.nested import fields
from scenarios.targets.embedded.athena.sql.errors import not_supported


def split(batch: pa.RecordBatch, schema: Schema, spec: PartitionSpec) -> Iterator[tuple[PartitionKey, pa.RecordBatch]]:
    """A batch's rows by partition, in the order in which they were.

    Args:
        batch: columns of `schema`, as a file keeps them.

    Raises:
        SqlError: NOT_SUPPORTED, two partitions are by one column.
    """
    if len({field.source_id for field in spec.fields}) < len(spec.fields):
        raise not_supported("to write a table that has two partitions by one column")
    values = [_transformed(_column(batch, schema, field.source_id), schema, field) for field in spec.fields]
    for parts, rows in grouped(values):
        pairs = [PartitionFieldValue(field, part) for field, part in zip(spec.fields, parts, strict=True)]
        yield PartitionKey(pairs, spec, schema), batch.take(rows)


def _column(batch: pa.RecordBatch, schema: Schema, field_id: int) -> "pa.Array[Any]":
    """A column, or a field within one."""
    name, *within = (schema.find_column_name(field_id) or "").split(".")
    array = batch.column(name)
    for part in within:
        array = fields(array)[array.type.get_field_index(part)]
    return array


def _transformed(array: "pa.Array[Any]", schema: Schema, field: PartitionField) -> "pa.Array[Any]":
    """What the transform makes of each value; each different one is looked at once."""
    if isinstance(field.transform, IdentityTransform):
        return _internal(array)
    transform = field.transform.transform(schema.find_type(field.source_id))
    encoded: Any = _internal(array).dictionary_encode()
    made: pa.Array[Any] = pa.array([transform(value) for value in encoded.dictionary.to_pylist()])
    return made.take(encoded.indices)


def _internal(array: "pa.Array[Any]") -> "pa.Array[Any]":
    """Values as Iceberg's transforms take them: dates as days, times as microseconds."""
    if pa.types.is_date(array.type):
        return array.cast(pa.int32())
    if pa.types.is_timestamp(array.type) or pa.types.is_time(array.type):
        return array.cast(pa.int64())
    return array
