"""Arrow's types of the values that statements hold."""

from typing import Any, Final

import pyarrow as pa

from scenarios.targets.embedded.athena.sql.types import Type

ZONED: Final = pa.struct([("utc", pa.timestamp("us")), ("zone", pa.string())])
"""A time with its zone."""
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
    "uuid": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamp with time zone": ZONED,
    "interval day to second": pa.int64(),
    "interval year to month": pa.int32(),
}


def arrow_type(kind: Type) -> Any:
    """The Arrow type of what `Type.duckdb` says."""
    if kind.kind == "decimal":
        return pa.decimal128(*kind.numbers)
    if kind.kind == "array":
        return pa.list_(arrow_type(kind.of[0]))
    if kind.kind == "map":
        return pa.map_(arrow_type(kind.of[0]), arrow_type(kind.of[1]))
    if kind.kind == "row":
        return pa.struct([(f"f{place}", arrow_type(part)) for place, part in enumerate(kind.of)])
    return _PLAIN[kind.kind]
