"""A table's metadata is read once, and anew when it is another."""

from unittest.mock import patch

import pyarrow as pa
import pytest
from pyiceberg.serializers import FromInputFile

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

SCHEMA = pa.schema([("id", pa.int64())])


def test_metadata_is_read_once_for_each_change(lake: TestLake) -> None:
    table = lake.make("t", SCHEMA)
    for rows in (0, 1):
        with patch.object(FromInputFile, "table_metadata", wraps=FromInputFile.table_metadata) as read:
            found = [len(lake.rows("t", ["id"])) for _ in range(3)]
        assert (found, read.call_count) == ([rows] * 3, 1)
        table.append(pa.table({"id": [1]}, SCHEMA))


def test_metadata_that_is_gone_is_an_error_of_the_statement(lake: TestLake) -> None:
    table = lake.make("t", SCHEMA)
    lake.s3.delete_object(Bucket="some-data", Key=table.metadata_location.removeprefix("s3://some-data/"))
    with pytest.raises(SqlError, match="Error reading metadata file") as gone:
        lake.tables().find(DATABASE, "t")
    assert gone.value.code == "ICEBERG_INVALID_METADATA"
