"""The lake's tables: their columns with Iceberg's field ids, and how they are partitioned."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform

from reference.lake.columns import BRONZE, DAILY_REGIONAL_SALES, DAY_COLUMNS, QUARANTINE, SILVER


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
