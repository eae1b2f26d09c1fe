"""CREATE TABLE AS makes a table with all rows, or none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.lake.create_as import AsSelect, create_table_as
from scenarios.targets.embedded.athena.lake.held import arrow_schema
from scenarios.targets.embedded.athena.lake.written import Written
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.conditions import EqualTo
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake

COLUMNS = [("id", types.BIGINT), ("of", types.row([types.VARCHAR], ["x"])), ("day", types.DATE)]
ROWS: list[dict[str, Any]] = [
    {"id": 1, "of": {"f0": "a"}, "day": date(2018, 5, 24)},
    {"id": 2, "of": None, "day": None},
]


def rows() -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pylist(ROWS, schema=arrow_schema(COLUMNS))


def broken() -> Iterator[pa.RecordBatch]:
    yield from rows()
    raise SqlError("DIVISION_BY_ZERO", "Division by zero")


def make(lake: TestLake, batches: Iterator[pa.RecordBatch] | None = None, **options: str | Sequence[str]) -> Written:
    where = "s3://some-data/made"
    wanted = AsSelect(DATABASE, "t", COLUMNS, options, where)
    return create_table_as(lake.lake, wanted, rows() if batches is None else batches)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"format": "parquet", "write_compression": "SNAPPY", "external_location": "s3://some-data/made/"},
        {"partitioned_by": ["day"]},
        {"table_type": "ICEBERG", "is_external": "false"},
        {"table_type": "ICEBERG", "partitioning": ["month(day)", "bucket(4, id)"], "location": "s3://some-data/made/"},
    ],
)
def test_a_table_has_the_rows_of_its_query(lake: TestLake, options: Mapping[str, Any]) -> None:
    made = make(lake, **options)
    assert made.rows == 2
    assert {url.removeprefix(f"s3://{BUCKET}/") for url in made.files} <= set(lake.stored())
    assert made.files
    assert lake.rows("t", ["id", "of", "day"]) == [(1, {"f0": "a"}, date(2018, 5, 24)), (2, None, None)]
    assert lake.rows("t", ["id"], EqualTo("day", "2018-05-24"))[0] == (1,)
    assert all(key.startswith("made/") for key in lake.stored())


def test_partitions_of_hives_are_in_the_catalog_and_in_folders(lake: TestLake) -> None:
    make(lake, partitioned_by=["day"])
    found = lake.glue.get_partitions(DatabaseName=DATABASE, TableName="t")["Partitions"]
    assert sorted(part["Values"][0] for part in found) == ["2018-05-24", "__HIVE_DEFAULT_PARTITION__"]
    assert [key.rpartition("/")[0] for key in lake.stored()] == [
        "made/day=2018-05-24",
        "made/day=__HIVE_DEFAULT_PARTITION__",
    ]


@pytest.mark.parametrize("options", [{}, {"table_type": "ICEBERG"}])
def test_a_query_that_fails_leaves_nothing(lake: TestLake, options: Mapping[str, Any]) -> None:
    with pytest.raises(SqlError, match="Division by zero"):
        make(lake, broken(), **options)
    assert lake.do("show tables") == []
    assert lake.stored() == []


def no_partitions(**of: Any) -> None:  # noqa: ARG001 - as boto3 has it
    raise ClientError({"Error": {"Code": "InternalServiceException", "Message": "not now"}}, "CreatePartition")


def meanwhile(lake: TestLake) -> Iterator[pa.RecordBatch]:
    yield from rows()
    lake.do("create external table t (x int) location 's3://some-data/elsewhere/'")


def test_a_catalog_that_refuses_a_partition_leaves_nothing(lake: TestLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake.glue, "create_partition", no_partitions)
    with pytest.raises(ClientError, match="not now"):
        make(lake, partitioned_by=["day"])
    assert lake.do("show tables") == []
    assert lake.stored() == []


def test_a_table_that_is_made_meanwhile_stays_and_nothing_else(lake: TestLake) -> None:
    with pytest.raises(SqlError, match=r"Destination table 'awsdatacatalog.db.t' already exists"):
        make(lake, meanwhile(lake), partitioned_by=["day"])
    assert [name.strip() for (name,) in lake.do("show columns in t")] == ["x"]
    assert lake.stored() == []


def test_a_table_that_is_there_is_refused(lake: TestLake) -> None:
    make(lake)
    with pytest.raises(SqlError, match=r"Destination table 'awsdatacatalog.db.t' already exists"):
        make(lake)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"partitioned_by": ["id"]}, "Partition keys must be the last columns"),
        ({"format": "ORC"}, "OrcSerde is not supported"),
        ({"format": "JSON"}, "format JSON is not supported"),
        ({"format": "XML"}, "Invalid value .XML. for table property"),
        ({"bucketed_by": ["id"]}, "bucketed_by is not supported"),
    ],
)
def test_what_cannot_be_made_is_refused(lake: TestLake, options: Mapping[str, Any], said: str) -> None:
    with pytest.raises(SqlError, match=said):
        make(lake, **options)


@pytest.mark.parametrize("options", [{}, {"table_type": "ICEBERG"}])
def test_a_folder_with_files_is_refused_and_they_stay(lake: TestLake, options: Mapping[str, Any]) -> None:
    lake.put("made/else", b"x")
    with pytest.raises(SqlError, match=r"Target directory for table 'db.t' already exists: s3://some-data/made"):
        make(lake, broken(), **options)
    assert lake.stored() == ["made/else"]
