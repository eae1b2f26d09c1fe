"""Arrow arrays in the form in which statements hold values (see `Type.duckdb`), and back for writing."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from scenarios.targets.embedded.athena.lake.nested import contents, fields, struct_of, with_contents
from scenarios.targets.embedded.athena.sql.types import Type

ZONED: Final = pa.struct([("utc", pa.timestamp("us")), ("zone", pa.string())])
UTC: Final = "UTC"

_PLAIN: Final[dict[str, pa.DataType]] = {
    "unknown": pa.int32(),
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "char": pa.string(),
    "json": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamp with time zone": ZONED,
    "interval day to second": pa.int64(),
    "interval year to month": pa.int32(),
    "uuid": pa.uuid(),
}


def arrow_type(kind: Type) -> Any:
    """The Arrow type in which values of a type are held."""
    match kind.kind:
        case "decimal":
            return pa.decimal128(*kind.numbers)
        case "array":
            return pa.list_(arrow_type(kind.of[0]))
        case "map":
            return pa.map_(arrow_type(kind.of[0]), arrow_type(kind.of[1]))
        case "row":
            return pa.struct([(f"f{place}", arrow_type(part)) for place, part in enumerate(kind.of)])
    return _PLAIN[kind.kind]


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
            return array.cast(pa.uuid())
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
    if isinstance(array, pa.ExtensionArray):
        return release(array.storage, wanted)
    return array.cast(wanted)


def release_batch(batch: pa.RecordBatch, wanted: pa.Schema) -> pa.RecordBatch:
    """Held columns, in the order of `wanted`, as a table's file keeps them."""
    arrays = [release(array, field.type) for array, field in zip(batch.columns, wanted, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)
