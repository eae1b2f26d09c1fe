"""A table is read as it was at a snapshot or at a time."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pyiceberg.table import Table
from pyiceberg.types import StringType

from scenarios.targets.embedded.athena.lake.iceberg.snapshots import snapshot_at
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.conditions import EqualTo
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

SCHEMA = pa.schema([("id", pa.int64())])


@pytest.fixture
def table(lake: TestLake) -> Table:
    made = lake.make("t", SCHEMA)
    for number in range(3):
        made.append(pa.table({"id": [number]}, SCHEMA))
    return made


def made_at(table: Table, number: int) -> datetime:
    return datetime.fromtimestamp(table.snapshots()[number].timestamp_ms / 1000, UTC)


@pytest.mark.usefixtures("table")
def test_without_a_version_the_newest_is_read(lake: TestLake) -> None:
    assert lake.rows("t", ["id"]) == [(0,), (1,), (2,)]


def test_a_snapshot_is_found_by_its_id(lake: TestLake, table: Table) -> None:
    assert lake.rows("t", ["id"], version=table.snapshots()[1].snapshot_id) == [(0,), (1,)]


def test_a_time_is_that_of_the_newest_snapshot_not_after_it(lake: TestLake, table: Table) -> None:
    assert lake.rows("t", ["id"], version=made_at(table, 1)) == [(0,), (1,)]
    before = made_at(table, 1) - timedelta(milliseconds=1)
    assert lake.rows("t", ["id"], version=before) == [(0,)]
    assert lake.rows("t", ["id"], version=before.replace(tzinfo=None)) == [(0,)]


def test_a_time_after_a_rollback_is_not_that_of_a_snapshot_that_was_rolled_back(lake: TestLake, table: Table) -> None:
    rolled_back = made_at(table, 2)
    table.manage_snapshots().rollback_to_snapshot(table.snapshots()[0].snapshot_id).commit()
    since = datetime.fromtimestamp(table.refresh().history()[-1].timestamp_ms / 1000, UTC)
    assert since > rolled_back
    assert lake.rows("t", ["id"], version=since) == [(0,)]
    assert lake.rows("t", ["id"], version=rolled_back) == [(0,), (1,), (2,)]


def test_of_two_snapshots_of_one_millisecond_the_later_one_is_read(table: Table) -> None:
    first, second, _ = table.history()
    log = [first, second.model_copy(update={"timestamp_ms": first.timestamp_ms})]
    table.metadata = table.metadata.model_copy(update={"snapshot_log": log})
    found = snapshot_at(table, datetime.fromtimestamp(first.timestamp_ms / 1000, UTC))
    assert found == table.snapshots()[1]


def test_a_snapshot_has_the_columns_of_its_time(lake: TestLake, table: Table) -> None:
    with table.update_schema() as change:
        change.add_column("later", StringType())
    table.append(pa.table({"id": [9], "later": ["x"]}))
    old = lake.tables().find(DATABASE, "t", table.snapshots()[0].snapshot_id)
    assert [name for name, _ in old.columns] == ["id"]
    assert len(lake.rows("t", ["later"])) == 4


def test_a_condition_is_on_the_columns_of_that_time(lake: TestLake, table: Table) -> None:
    with table.update_schema() as change:
        change.rename_column("id", "number")
    assert lake.rows("t", ["id"], EqualTo("id", 1), version=table.snapshots()[1].snapshot_id) == [(1,)]


@pytest.mark.usefixtures("table")
def test_an_unknown_snapshot_is_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="Iceberg snapshot ID does not exists: 7") as refused:
        lake.rows("t", ["id"], version=7)
    assert refused.value.code == "INVALID_ARGUMENTS"


@pytest.mark.usefixtures("table")
def test_a_time_before_the_first_snapshot_is_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match=r'No version history table "db"."t" at or before 2020-01-01 00:00:00.000 UTC'):
        lake.rows("t", ["id"], version=datetime(2020, 1, 1, tzinfo=UTC))
