"""Arrow arrays in the form in which statements hold values (see `Type.duckdb`), and back for writing."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from scenarios.targets.embedded.athena.lake.nested import contents, fields, struct_of, with_contents
from scenarios.targets.embedded.athena.sql.arrow_types import ZONED, arrow_type
from scenarios.targets.embedded.athena.sql.types import Type

UTC: Final = "UTC"
_UUID_BYTES: Final = 16


def arrow_schema(columns: Sequence[tuple[str, Type]]) -> pa.Schema:
    """That of batches of held columns."""
    return pa.schema([(name, arrow_type(kind)) for name, kind in columns])


def hold(array: "pa.Array[Any]", kind: Type) -> "pa.Array[Any]":
    """An array that was read, as values of `kind` are held."""
    match kind.kind:
        case "char":
            return pc.utf8_rtrim(array.cast(pa.string()), " ")
        case "timestamp with time zone":
            utc = array.cast(pa.timestamp("us", UTC)).cast(pa.timestamp("us"))
            zone = pa.repeat(pa.scalar(UTC), len(array))
            return pa.StructArray.from_arrays([utc, zone], fields=list(ZONED), mask=array.is_null())
        case "row":
            parts = [hold(part, of) for part, of in zip(fields(array), kind.of, strict=True)]
            return struct_of(array, parts, arrow_type(kind))
        case "array" | "map":
            whole, inner = contents(array)
            parts = [hold(part, of) for part, of in zip(inner, kind.of, strict=True)]
            return with_contents(whole, parts, arrow_type(kind))
        case "uuid":
            stored = array.storage if isinstance(array, pa.ExtensionArray) else array
            texts = [None if value is None else str(UUID(bytes=value)) for value in stored.to_pylist()]
            return pa.array(texts, pa.string())
    return array if array.type == arrow_type(kind) else array.cast(arrow_type(kind))


def release(array: "pa.Array[Any]", wanted: pa.DataType) -> "pa.Array[Any]":
    """A held array as the type in which a table's file keeps it, whose nulls and nesting are the same."""
    if array.type == wanted:
        return array
    if isinstance(wanted, pa.TimestampType) and isinstance(array.type, pa.StructType):
        return fields(array)[0].cast(pa.timestamp("us", UTC)).cast(wanted)
    if isinstance(wanted, pa.StructType):
        parts = [release(part, of.type) for part, of in zip(fields(array), wanted, strict=True)]
        return struct_of(array, parts, wanted)
    if isinstance(wanted, (pa.MapType, pa.ListType, pa.LargeListType)):
        whole, inner = contents(array)
        kinds = [wanted.key_type, wanted.item_type] if isinstance(wanted, pa.MapType) else [wanted.value_type]
        return with_contents(whole, [release(part, of) for part, of in zip(inner, kinds, strict=True)], wanted)
    if wanted in (pa.uuid(), pa.binary(_UUID_BYTES)):
        bytes_of = [None if text is None else UUID(text).bytes for text in array.to_pylist()]
        return pa.array(bytes_of, pa.binary(_UUID_BYTES)).cast(wanted)
    return array.cast(wanted)


def release_batch(batch: pa.RecordBatch, wanted: pa.Schema) -> pa.RecordBatch:
    """Held columns, in the order of `wanted`, as a table's file keeps them."""
    arrays = [release(array, field.type) for array, field in zip(batch.columns, wanted, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)
