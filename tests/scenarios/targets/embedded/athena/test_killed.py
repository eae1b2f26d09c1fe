"""A MERGE whose server is killed while it writes: the table is as it was, and the same MERGE succeeds after it."""

import time
from pathlib import Path

import pyarrow as pa
import pytest

from reference.lake.settings import LakeSettings
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake
from tests.scenarios.targets.embedded.athena.processes import athena_process, run

DAYS = 30
"""Each has a file of its own, so that there is much left to write when the first one is there."""

WITHIN_S = 30.0
MERGE = (
    "MERGE INTO orders t USING (SELECT id, day FROM orders) s ON t.id = s.id AND t.day = s.day "
    "WHEN MATCHED THEN UPDATE SET state = 'new'"
)


@pytest.fixture
def orders(lake: TestLake) -> TestLake:
    """Orders of many days, in a file each."""
    lake.s3.create_bucket(Bucket="results")
    columns = {"id": pa.int64(), "day": pa.int32(), "state": pa.string()}
    schema = pa.schema([pa.field(name, kind) for name, kind in columns.items()])
    lake.make("orders", schema, ["day"])
    rows = [{"id": day, "day": day, "state": "old"} for day in range(DAYS)]
    lake.lake.changes.append(DATABASE, "orders", lake.held("orders", rows))
    return lake


def states(lake: TestLake) -> set[str]:
    found = lake.rows("orders", ["id", "state"])
    assert len(found) == DAYS
    return {state for _, state in found}


def data_files(lake: TestLake) -> int:
    return sum(key.endswith(".parquet") for key in lake.stored("orders/"))


def snapshots(lake: TestLake) -> list[int]:
    return [snapshot.snapshot_id for snapshot in lake.catalog.load_table(f"{DATABASE}.orders").snapshots()]


@pytest.mark.slow
def test_a_merge_that_is_killed_half_way_leaves_the_table_as_it_was(
    orders: TestLake, aws: LakeSettings, tmp_path: Path
) -> None:
    [before] = snapshots(orders)
    with athena_process(aws, tmp_path / "killed") as athena:
        client = athena.client()
        client.start_query_execution(QueryString=MERGE, QueryExecutionContext={"Database": DATABASE})
        deadline = time.monotonic() + WITHIN_S
        while data_files(orders) == DAYS:
            assert time.monotonic() < deadline, "the MERGE has written nothing"
        athena.process.kill()
        athena.process.wait(WITHIN_S)
        client.close()
    assert DAYS < data_files(orders) < 2 * DAYS, "it was killed too late, or not at all"
    assert (snapshots(orders), states(orders)) == ([before], {"old"})
    with athena_process(aws, tmp_path / "after") as athena:
        client = athena.client()
        assert run(client, MERGE, DATABASE)["Status"]["State"] == "SUCCEEDED"
        client.close()
    assert (snapshots(orders)[0], states(orders)) == (before, {"new"})
    assert len(snapshots(orders)) == 2
