"""Rows become files of their partitions, within limits."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.types import LongType, NestedField

from scenarios.targets.embedded.athena.lake.iceberg import partitioned_writer
from scenarios.targets.embedded.athena.lake.iceberg.partitioned_writer import write_data_files
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake

SCHEMA = pa.schema([("id", pa.int64()), ("part", pa.int32())])


@pytest.fixture
def table(lake: TestLake) -> Table:
    return lake.make(
        "t", SCHEMA, ["part"], **{"write.data.path": f"s3://{BUCKET}/t", "write.target-file-size-bytes": "1000"}
    )


def batches(parts: int, each: int = 1) -> Iterator[pa.RecordBatch]:
    for number in range(each):
        yield pa.RecordBatch.from_pylist([{"id": number, "part": part} for part in range(parts)], schema=SCHEMA)


def test_each_partition_has_its_file(lake: TestLake, table: Table) -> None:
    files = write_data_files(lake.lake.reading.store, table.metadata, batches(3, each=5))
    assert [(file.partition[0], file.record_count) for file in files] == [(0, 5), (1, 5), (2, 5)]
    assert [file.file_path.rpartition("/")[0] for file in files] == [
        f"s3://{BUCKET}/t/part={part}" for part in range(3)
    ]
    assert files[0].lower_bounds[1] == (0).to_bytes(8, "little")
    assert len(lake.stored("t/part=")) == 3


def test_no_row_group_is_empty(lake: TestLake, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitioned_writer, "BUFFERED_BYTES", 0)
    [file] = write_data_files(lake.lake.reading.store, table.metadata, batches(1))
    content = lake.s3.get_object(Bucket=BUCKET, Key=file.file_path.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    assert pq.read_metadata(pa.BufferReader(content)).num_row_groups == 1


def test_a_file_that_is_large_enough_is_followed_by_another(
    lake: TestLake, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitioned_writer, "BUFFERED_BYTES", 100)
    files = write_data_files(lake.lake.reading.store, table.metadata, batches(1, each=100))
    assert len(files) > 1
    assert sum(file.record_count for file in files) == 100


def test_a_hundred_partitions_may_be_written_and_no_more(lake: TestLake, table: Table) -> None:
    assert len(write_data_files(lake.lake.reading.store, table.metadata, batches(100))) == 100
    with pytest.raises(SqlError, match="Exceeded limit of 100 open writers for partitions") as refused:
        write_data_files(lake.lake.reading.store, table.metadata, batches(101))
    assert refused.value.code == "ICEBERG_TOO_MANY_OPEN_PARTITIONS"


def test_a_null_where_there_may_be_none_is_refused(lake: TestLake) -> None:
    schema = Schema(NestedField(1, "id", LongType(), required=True))
    table = lake.catalog.create_table(f"{DATABASE}.strict", schema, location=f"s3://{BUCKET}/strict")
    nulls = [pa.RecordBatch.from_pylist([{"id": None}], schema=pa.schema([("id", pa.int64())]))]
    with pytest.raises(SqlError, match="NULL value not allowed for NOT NULL column: id"):
        write_data_files(lake.lake.reading.store, table.metadata, nulls)
