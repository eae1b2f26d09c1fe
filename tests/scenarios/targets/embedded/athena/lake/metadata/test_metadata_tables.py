"""What an Iceberg table says of itself is as Trino shows it."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.table import Table

from scenarios.targets.embedded.athena.lake.metadata.metadata_tables import COLUMNS
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

WHOLE: pa.DataType = pa.int64()
SCHEMA = pa.schema([("id", WHOLE), ("day", pa.date32())])
DAYS = [date(2018, 5, 24), date(2018, 5, 25)]


@pytest.fixture
def table(lake: TestLake) -> Table:
    made = lake.make("t", SCHEMA, ["day"])
    made.append(pa.table({"id": [1, 2], "day": DAYS}, SCHEMA))
    made.append(pa.table({"id": [None], "day": DAYS[:1]}, SCHEMA))
    return made


def shown(lake: TestLake, part: str, *columns: str) -> list[tuple[Any, ...]]:
    return lake.rows(f"t${part}", columns or list(COLUMNS[part]))


def test_snapshots_and_history(lake: TestLake, table: Table) -> None:
    first, second = (snapshot.snapshot_id for snapshot in table.refresh().snapshots())
    found = {row[1]: row for row in shown(lake, "snapshots")}
    assert found[second][2:4] == (first, "append")
    assert found[second][5]["added-records"] == "1"
    at = datetime.fromtimestamp(table.snapshots()[0].timestamp_ms / 1000)  # noqa: DTZ006 - compared by minutes
    assert abs((found[first][0]["utc"] - at).total_seconds()) % 3600 < 60
    history = {row[1]: row[2:] for row in shown(lake, "history")}
    assert history == {first: (None, True), second: (first, True)}


def test_files(lake: TestLake, table: Table) -> None:
    paths = {task.file.file_path for task in table.refresh().scan().plan_files()}
    rows = shown(lake, "files", "file_path", "record_count", "file_format", "lower_bounds", "null_value_counts")
    assert {row[0] for row in rows} == paths
    assert {row[1:3] for row in rows} == {(1, "PARQUET")}
    assert sorted(row[3].get(1) or "" for row in rows) == ["", "1", "2"]
    assert sum(row[4][1] for row in rows) == 1


def test_files_of_an_older_snapshot(lake: TestLake, table: Table) -> None:
    first = table.refresh().snapshots()[0].snapshot_id
    assert len(lake.rows("t$files", ["file_path"], version=first)) == 2


@pytest.mark.usefixtures("table")
def test_partitions(lake: TestLake) -> None:
    rows = shown(lake, "partitions", "partition", "record_count", "file_count", "data")
    assert [row[:3] for row in rows] == [({"f0": DAYS[0]}, 2, 2), ({"f0": DAYS[1]}, 1, 1)]
    assert rows[1][3]["f0"] == {"f0": 2, "f1": 2, "f2": 0, "f3": None}
    assert rows[0][3]["f0"] == {"f0": None, "f1": None, "f2": 1, "f3": None}
    columns = dict(lake.tables().find(DATABASE, "t$partitions").columns)
    assert str(columns["partition"]) == "row(day date)"


@pytest.mark.usefixtures("table")
def test_manifests_refs_and_properties(lake: TestLake) -> None:
    rows = shown(lake, "manifests", "added_data_files_count", "partition_summaries")
    assert sorted(row[0] for row in rows) == [1, 2]
    assert {part["f2"] for _, parts in rows for part in parts} == {"2018-05-24"}
    assert [row[:2] for row in shown(lake, "refs")] == [("main", "BRANCH")]
    assert ("commit.retry.num-retries", "0") in shown(lake, "properties")


@pytest.mark.usefixtures("table")
def test_there_is_no_more(lake: TestLake) -> None:
    with pytest.raises(SqlError, match=r"Table 'awsdatacatalog.db.t\$roles' does not exist"):
        lake.tables().find(DATABASE, "t$roles")


def test_a_table_without_rows_has_none(lake: TestLake) -> None:
    lake.make("t", SCHEMA)
    assert [shown(lake, part) for part in ("files", "snapshots", "history", "manifests", "refs")] == [[]] * 5
    assert lake.rows("t$partitions", ["record_count"]) == []


def test_partitions_of_files_of_before_the_partitions_were_others_are_refused(lake: TestLake, table: Table) -> None:
    with table.update_spec() as spec:
        spec.add_identity("id")
    table.append(pa.table({"id": [1], "day": DAYS[:1]}, SCHEMA))
    assert "whose partitions were others" in str(lake.failure("t$partitions", ["record_count"]))
