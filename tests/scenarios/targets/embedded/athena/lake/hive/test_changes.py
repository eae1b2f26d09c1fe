"""Rows are added to Hive tables as new files."""

import math
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import EndpointConnectionError

from scenarios.targets.embedded.athena.lake.spool import Spool
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake


def rows(count: int) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pylist([{"id": number, "part": f"p{number}"} for number in range(count)])


def files(lake: TestLake) -> list[str]:
    return [key for key in lake.stored() if not key.endswith("/")]


@pytest.fixture
def table(lake: TestLake) -> None:
    lake.do(
        "create external table t (id bigint) partitioned by (part string) stored as parquet location 's3://some-data/t/'"
    )


@pytest.mark.usefixtures("table")
def test_rows_are_added_to_partitions_old_and_new(lake: TestLake) -> None:
    assert lake.lake.changes.append(DATABASE, "t", rows(2)).rows == 2
    assert lake.lake.changes.append(DATABASE, "t", rows(3)).rows == 3
    assert lake.rows("t", ["part", "id"]) == [("p0", 0), ("p0", 0), ("p1", 1), ("p1", 1), ("p2", 2)]
    assert len(lake.stored("t/part=p0/")) == 2


@pytest.mark.usefixtures("table")
def test_more_than_a_hundred_partitions_are_refused_and_nothing_is_added(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="Exceeded limit of 100 open writers for partitions/buckets") as refused:
        lake.lake.changes.append(DATABASE, "t", rows(101))
    assert refused.value.code == "HIVE_TOO_MANY_OPEN_PARTITIONS"
    assert lake.stored() == []


@pytest.mark.usefixtures("table")
def test_of_files_of_which_one_is_not_taken_none_stays(lake: TestLake, monkeypatch: pytest.MonkeyPatch) -> None:
    put, taken = Spool.put, iter((True, False))

    def put_once(spool: Spool, store: Any, path: str) -> Any:
        if next(taken):
            return put(spool, store, path)
        raise SqlError("HIVE_WRITER_CLOSE_ERROR", f"Error committing write to {path}")

    monkeypatch.setattr(Spool, "put", put_once)
    with pytest.raises(SqlError, match="Error committing write"):
        lake.lake.changes.append(DATABASE, "t", rows(3))
    assert files(lake) == []


@pytest.mark.usefixtures("table")
def test_files_whose_partition_the_catalog_does_not_take_do_not_stay(lake: TestLake) -> None:
    def refuse(request: Any, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url=request.url)

    lake.glue.meta.events.register("before-send.glue.CreatePartition", refuse)
    try:
        with pytest.raises(EndpointConnectionError):
            lake.lake.changes.append(DATABASE, "t", rows(2))
    finally:
        lake.glue.meta.events.unregister("before-send.glue.CreatePartition", refuse)
    assert files(lake) == []


def test_text_cannot_be_written(lake: TestLake) -> None:
    lake.do("create external table t (id bigint, part string) location 's3://some-data/t/'")
    with pytest.raises(SqlError, match="LazySimpleSerDe is not supported"):
        lake.lake.changes.append(DATABASE, "t", rows(1))


def test_partitions_of_doubles_are_found_again(lake: TestLake) -> None:
    lake.do("create external table t (id int) partitioned by (p double) stored as parquet location 's3://some-data/t/'")
    values = [1.0, math.nan, math.inf, -math.inf, 1e21, None]
    lake.lake.changes.append(DATABASE, "t", lake.held("t", [{"id": 1, "p": value} for value in values]))
    found = lake.glue.get_partitions(DatabaseName=DATABASE, TableName="t")["Partitions"]
    texts = {part["Values"][0] for part in found}
    assert texts == {"1.0", "NaN", "Infinity", "-Infinity", "1.0E21", "__HIVE_DEFAULT_PARTITION__"}
    assert sorted(map(str, lake.rows("t", ["p"]))) == sorted(str((value,)) for value in values)


@pytest.mark.usefixtures("table")
def test_a_partition_of_the_empty_text_is_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="a partition of the empty text is not supported"):
        lake.lake.changes.append(DATABASE, "t", lake.held("t", [{"id": 1, "part": ""}]))
    assert lake.stored() == []
