"""A file is whole in the store, or not there."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.fs import LocalFileSystem

from scenarios.targets.embedded.athena.lake.spool import Spool
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, TestLake

SCHEMA = pa.schema([("id", pa.int64())])


@pytest.fixture
def spool() -> Iterator[Spool]:
    made = Spool(SCHEMA, "ZSTD")
    try:
        yield made
    finally:
        made.close()


def test_row_groups_are_those_that_were_written(lake: TestLake, spool: Spool) -> None:
    for number in range(3):
        spool.write(pa.table({"id": [number]}, SCHEMA))
    size, footer = spool.put(lake.lake.reading.store, f"s3://{BUCKET}/file")
    content = lake.s3.get_object(Bucket=BUCKET, Key="file")["Body"].read()
    assert (len(content), footer.num_row_groups) == (size, 3)
    assert pq.read_table(pa.BufferReader(content)).column("id").to_pylist() == [0, 1, 2]


def test_a_store_that_does_not_take_it_is_an_error_of_the_statement(spool: Spool) -> None:
    with pytest.raises(SqlError, match="Error committing write to s3://no/such/folder/file"):
        spool.put(LocalFileSystem(), "s3://no/such/folder/file")


@pytest.mark.parametrize("codec", ["snappy", "GZIP", "UNCOMPRESSED", "none", "lz4", "brotli"])
def test_a_codec_goes_by_any_of_its_names(codec: str) -> None:
    Spool(SCHEMA, codec).close()


def test_a_codec_that_there_is_not_is_an_error_of_the_table() -> None:
    with pytest.raises(SqlError, match="Unsupported compression codec LZMA, there are NONE, SNAPPY"):
        Spool(SCHEMA, "LZMA")
