"""Rows are cut into partitions as the table's transforms say."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import parse_transform
from pyiceberg.types import DateType, LongType, NestedField, StringType, StructType, TimestampType

from scenarios.targets.embedded.athena.lake.iceberg.partition_values import split
from scenarios.targets.embedded.athena.sql.errors import SqlError

SCHEMA = Schema(
    NestedField(1, "id", LongType()),
    NestedField(2, "name", StringType()),
    NestedField(3, "day", DateType()),
    NestedField(4, "at", TimestampType()),
    NestedField(5, "of", StructType(NestedField(6, "kind", StringType()))),
)
ROWS: list[dict[str, Any]] = [
    {"id": 34, "name": "iceberg", "day": date(2018, 5, 24), "at": datetime(2018, 5, 24, 7), "of": {"kind": "a"}},  # noqa: DTZ001
    {"id": None, "name": None, "day": None, "at": None, "of": None},
    {"id": 35, "name": "icicle", "day": date(1969, 12, 31), "at": datetime(1969, 12, 31, 23), "of": {"kind": "a"}},  # noqa: DTZ001
]
WHOLE: pa.DataType = pa.int64()
STRUCT: pa.DataType = pa.struct([("kind", pa.string())])
ARROW = pa.schema(
    [("id", WHOLE), ("name", pa.string()), ("day", pa.date32()), ("at", pa.timestamp("us")), ("of", STRUCT)]
)


def paths(source_id: int, transform: str) -> dict[str, list[Any]]:
    """By each partition's folder, the ids of its rows."""
    spec = PartitionSpec(PartitionField(source_id, 1000, parse_transform(transform), "p"))
    batch = pa.RecordBatch.from_pylist(ROWS, schema=ARROW)
    return {key.to_path(): rows.column("id").to_pylist() for key, rows in split(batch, SCHEMA, spec)}


@pytest.mark.parametrize(
    ("source_id", "transform", "first", "last"),
    [
        (1, "identity", "p=34", "p=35"),
        (1, "truncate[10]", "p=30", "p=30"),
        (2, "truncate[3]", "p=ice", "p=ici"),
        (3, "identity", "p=2018-05-24", "p=1969-12-31"),
        (3, "month", "p=2018-05", "p=1969-12"),
        (4, "year", "p=2018", "p=1969"),
        (4, "day", "p=2018-05-24", "p=1969-12-31"),
        (4, "hour", "p=2018-05-24-07", "p=1969-12-31-23"),
        (6, "identity", "p=a", "p=a"),
    ],
)
def test_a_row_is_in_the_partition_of_its_value(source_id: int, transform: str, first: str, last: str) -> None:
    found = paths(source_id, transform)
    assert 34 in found[first]
    assert 35 in found[last]
    assert found["p=null"] == [None]


def test_a_bucket_is_that_of_the_specification() -> None:
    # https://iceberg.apache.org/spec/#appendix-b-32-bit-hash-requirements: of 34 it is 2017239379.
    assert 34 in paths(1, "bucket[2000]")["p=1379"]


def test_several_fields_make_one_partition() -> None:
    spec = PartitionSpec(
        PartitionField(4, 1000, parse_transform("year"), "y"), PartitionField(2, 1001, parse_transform("identity"), "n")
    )
    batch = pa.RecordBatch.from_pylist(ROWS, schema=ARROW)
    assert [key.to_path() for key, _ in split(batch, SCHEMA, spec)] == [
        "y=2018/n=iceberg",
        "y=null/n=null",
        "y=1969/n=icicle",
    ]


def test_two_partitions_by_one_column_are_refused() -> None:
    fields = [PartitionField(4, 1000 + at, parse_transform(name), name) for at, name in enumerate(("year", "hour"))]
    batch = pa.RecordBatch.from_pylist(ROWS, schema=ARROW)
    with pytest.raises(SqlError, match="two partitions by one column is not supported"):
        list(split(batch, SCHEMA, PartitionSpec(*fields)))
