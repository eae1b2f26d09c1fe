"""The columns of the lake's tables, each with its Iceberg field id, and how the tables are partitioned."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform

from reference.contract.order import ORDER_ARROW_SCHEMA

COORDINATES: "list[pa.Field[Any]]" = [
    pa.field("topic_id", pa.string(), nullable=False),
    pa.field("partition", pa.int32(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("producer", pa.string()),
    pa.field("seq", pa.int64()),
    pa.field("intended_ns", pa.int64()),
    pa.field("received_ns", pa.int64(), nullable=False),
    pa.field("schema_version", pa.string()),
]
"""Where a row came from; received_ns is Kafka's timestamp for records without the ingest server's headers."""

DAY_COLUMNS = ("year", "month", "day")
DAY: "list[pa.Field[Any]]" = [pa.field(name, pa.int32(), nullable=False) for name in DAY_COLUMNS]

REPLAY = pa.field("replay_id", pa.string())
"""Which replay put the row there; null for the first way through."""

_REASONS: "pa.Field[Any]" = pa.field(
    "reasons", pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=False
)

BRONZE = pa.schema(
    [
        *COORDINATES,
        pa.field("crc32c", pa.int64()),
        pa.field("key", pa.binary()),
        # The event as it was sent. Where the value has no readable registry header, the whole value, and
        # schema_version is null.
        pa.field("payload", pa.binary()),
        *DAY,
    ]
)
SILVER = pa.schema([*COORDINATES, REPLAY, *list(ORDER_ARROW_SCHEMA), *DAY])
QUARANTINE = pa.schema(
    [
        *COORDINATES,
        REPLAY,
        pa.field("crc32c", pa.int64()),
        pa.field("key", pa.binary()),
        pa.field("payload", pa.binary()),
        pa.field("stage", pa.string(), nullable=False),
        _REASONS,
        *DAY,
    ]
)
_SALES: "list[pa.Field[Any]]" = [
    pa.field("day", pa.date32(), nullable=False),
    pa.field("customer_state", pa.string()),
    pa.field("orders", pa.int64(), nullable=False),
    pa.field("revenue", pa.decimal128(18, 2)),
    pa.field("freight", pa.decimal128(18, 2)),
]
DAILY_REGIONAL_SALES = pa.schema(_SALES)


@dataclass(frozen=True)
class TableLayout:
    """One table of the lake.

    Attributes:
        layer: Glue database, and the end of the bucket's name.
        name: table name, and the first folder in the bucket.
        columns: Arrow schema; field ids are in the fields' metadata.
        partitioned_by: columns, all by identity; files of a partition lie in `column=value/` folders.
    """

    layer: str
    name: str
    columns: pa.Schema
    partitioned_by: tuple[str, ...]

    @property
    def identifier(self) -> str:
        return f"{self.layer}.{self.name}"

    @property
    def iceberg_schema(self) -> Schema:
        return pyarrow_to_schema(self.columns)

    @property
    def partition_spec(self) -> PartitionSpec:
        schema = self.iceberg_schema
        fields = [
            PartitionField(schema.find_field(name).field_id, 1000 + i, IdentityTransform(), name)
            for i, name in enumerate(self.partitioned_by)
        ]
        return PartitionSpec(*fields, spec_id=0)

    def location(self, bucket_prefix: str) -> str:
        """Where the table's files lie."""
        return f"s3://{bucket_prefix}-{self.layer}/{self.name}"


def _numbered(schema: pa.Schema) -> pa.Schema:
    """The schema with field ids in the order that Iceberg gives them to a new table: level by level."""
    ids = iter(range(1, 1000))
    top = [field.with_metadata({"PARQUET:field_id": str(next(ids))}) for field in schema]
    return pa.schema([field.with_type(_numbered_type(field.type, ids)) for field in top])


def _numbered_type(kind: pa.DataType, ids: Iterator[int]) -> pa.DataType:
    if pa.types.is_list(kind):
        element = kind.value_field.with_metadata({"PARQUET:field_id": str(next(ids))})
        return pa.list_(element.with_type(_numbered_type(element.type, ids)))
    if pa.types.is_struct(kind):
        fields = [f.with_metadata({"PARQUET:field_id": str(next(ids))}) for f in kind]
        return pa.struct([f.with_type(_numbered_type(f.type, ids)) for f in fields])
    return kind


LAYOUTS = {
    layout.layer: layout
    for layout in (
        TableLayout("bronze", "orders", _numbered(BRONZE), DAY_COLUMNS),
        TableLayout("silver", "orders", _numbered(SILVER), DAY_COLUMNS),
        TableLayout("quarantine", "orders", _numbered(QUARANTINE), ("stage",)),
        TableLayout("gold", "daily_regional_sales", _numbered(DAILY_REGIONAL_SALES), ()),
    )
}
