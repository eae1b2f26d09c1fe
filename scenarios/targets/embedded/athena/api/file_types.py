"""Types of columns in files that are written, which have the names of rows' fields."""

from typing import Any, Final

import pyarrow as pa

from scenarios.targets.embedded.athena.sql.types import Type


def file_type(kind: Type) -> Any:
    """Arrow's type of a column in a file."""
    if kind.kind == "array":
        return pa.list_(file_type(kind.of[0]))
    if kind.kind == "map":
        return pa.map_(file_type(kind.of[0]), file_type(kind.of[1]))
    if kind.kind == "row":
        names = [name or f"field{place}" for place, name in enumerate(kind.names)]
        return pa.struct([(name, file_type(part)) for name, part in zip(names, kind.of, strict=True)])
    if kind.kind == "decimal":
        return pa.decimal128(*kind.numbers)
    return _ARROW[kind.kind]


_ARROW: Final = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "char": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
