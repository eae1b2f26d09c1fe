"""A statement changes a table as a whole or not at all, and only if nobody else is in its way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest
from botocore.exceptions import ReadTimeoutError
from pyiceberg.expressions import AlwaysFalse, AlwaysTrue
from pyiceberg.table import Table, Transaction

from reference.lake.upkeep import SUMMARY
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.reference.lake.row_deletes import delete_rows
from tests.scenarios.targets.embedded.athena.conditions import EqualTo
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

SCHEMA = pa.schema([("id", pa.int64()), ("day", pa.int32())])
FAILED = "Failed to commit Iceberg update to table: db.t"


@pytest.fixture
def table(lake: TestLake) -> Table:
    made = lake.make("t", SCHEMA, ["day"])
    made.append(rows((1, 1), (2, 2)))
    return made


def rows(*pairs: tuple[int, int]) -> pa.Table:
    return pa.Table.from_pylist([{"id": number, "day": day} for number, day in pairs], schema=SCHEMA)


def held(*pairs: tuple[int, int]) -> Iterator[pa.RecordBatch]:
    yield from rows(*pairs).to_batches()


def found(lake: TestLake) -> IcebergTable:
    table = lake.tables().find(DATABASE, "t")
    assert isinstance(table, IcebergTable)
    return table


def path_of(table: IcebergTable, day: int) -> str:
    [task] = table.files(EqualTo("day", day))
    return task.file.file_path


def test_rows_are_added_in_one_snapshot(lake: TestLake, table: Table) -> None:
    assert lake.lake.changes.append(DATABASE, "t", held((3, 3), (4, 4))).rows == 2
    assert lake.rows("t", ["id"]) == [(1,), (2,), (3,), (4,)]
    assert len(table.refresh().snapshots()) == 2


def test_no_rows_make_no_snapshot(lake: TestLake, table: Table) -> None:
    assert lake.lake.changes.append(DATABASE, "t", iter(())).rows == 0
    assert len(table.refresh().snapshots()) == 1


def test_rows_of_nested_types_are_read_as_they_were_written(lake: TestLake) -> None:
    struct: pa.DataType = pa.list_(pa.struct([("a", pa.int32())]))
    lake.make("nested", pa.schema([("l", struct), ("at", pa.timestamp("us", tz="UTC"))]))
    given: list[dict[str, Any]] = [{"l": None, "at": None}, {"l": [], "at": None}, {"l": [{"f0": 1}, None], "at": None}]
    lake.lake.changes.append(DATABASE, "nested", lake.held("nested", given))
    assert lake.rows("nested", ["l"]) == [(None,), ([],), ([{"f0": 1}, None],)]
    assert lake.rows("nested", ["at"]) == [(None,)] * 3


def test_files_are_swapped_in_one_snapshot(lake: TestLake, table: Table) -> None:
    read = found(lake)
    assert lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1))) == 1
    assert lake.rows("t", ["id"]) == [(10,), (2,)]
    assert len(table.refresh().snapshots()) == 2


def test_files_may_be_removed_alone(lake: TestLake, table: Table) -> None:
    read = found(lake)
    assert lake.lake.changes.swap(read, [path_of(read, 1)], iter(())) == 0
    assert lake.rows("t", ["id"]) == [(2,)]
    assert table.refresh().current_snapshot() is not None


@pytest.mark.usefixtures("table")
def test_of_two_swaps_at_once_one_wins(lake: TestLake) -> None:
    first, second = found(lake), found(lake)
    lake.lake.changes.swap(first, [path_of(first, 1)], held((10, 1)), EqualTo("day", 1))
    with pytest.raises(SqlError, match=FAILED) as refused:
        lake.lake.changes.swap(second, [path_of(second, 1)], held((20, 1)), EqualTo("day", 1))
    assert refused.value.code == "ICEBERG_COMMIT_ERROR"
    assert lake.rows("t", ["id"]) == [(10,), (2,)]


@pytest.mark.usefixtures("table")
def test_of_two_threads_that_swap_at_once_one_wins(lake: TestLake) -> None:
    both_have_read = Barrier(2)

    def swap(number: int) -> str:
        read = found(lake)
        path = path_of(read, 1)
        both_have_read.wait(10)
        try:
            lake.lake.changes.swap(read, [path], held((number, 1)), EqualTo("day", 1))
        except SqlError as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(swap, [10, 20])) == ["ICEBERG_COMMIT_ERROR", "won"]
    assert lake.rows("t", ["id"]) in ([(10,), (2,)], [(2,), (20,)], [(20,), (2,)])


@pytest.mark.usefixtures("table")
def test_swaps_that_are_not_in_each_others_way_both_win(lake: TestLake) -> None:
    first, second = found(lake), found(lake)
    lake.lake.changes.swap(first, [path_of(first, 1)], held((10, 1)), EqualTo("day", 1))
    lake.lake.changes.swap(second, [path_of(second, 2)], held((20, 2)), EqualTo("day", 2))
    assert lake.rows("t", ["id"]) == [(10,), (20,)]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(("day", "wins"), [(1, False), (2, True)])
def test_a_row_that_came_meanwhile_is_in_the_way_if_it_may_be_meant(lake: TestLake, day: int, wins: bool) -> None:
    read = found(lake)
    lake.lake.changes.append(DATABASE, "t", held((3, day)))
    if wins:
        lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1)), EqualTo("day", 1))
    else:
        with pytest.raises(SqlError, match=FAILED):
            lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1)), EqualTo("day", 1))
    assert ((10,) in lake.rows("t", ["id"])) == wins
    assert (3,) in lake.rows("t", ["id"])


def test_a_row_that_was_deleted_meanwhile_is_in_the_way(lake: TestLake, table: Table) -> None:
    read = found(lake)
    delete_rows(table, next(task.file for task in table.scan().plan_files()), [0])
    with pytest.raises(SqlError, match=FAILED):
        lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1)), EqualTo("day", 1))


def test_rows_that_were_deleted_meanwhile_are_in_the_way_whatever_their_file_says_of_them(
    lake: TestLake, table: Table
) -> None:
    read = found(lake)
    delete_rows(table, next(task.file for task in table.scan().plan_files()), [0])
    with pytest.raises(SqlError, match=FAILED):
        lake.lake.changes.swap(read, [path_of(read, 1), path_of(read, 2)], held((1, 1), (2, 2)), AlwaysFalse())
    assert len(lake.rows("t", ["id"])) == 1


def test_what_was_read_and_is_rolled_back_is_in_the_way(lake: TestLake, table: Table) -> None:
    first = table.snapshots()[0].snapshot_id
    table.append(rows((3, 3)))
    read = found(lake)
    table.refresh().manage_snapshots().rollback_to_snapshot(first).commit()
    with pytest.raises(SqlError, match=FAILED):
        lake.lake.changes.swap(read, [], held((30, 3)), EqualTo("day", 3))
    assert lake.rows("t", ["id"]) == [(1,), (2,)]


def test_what_was_read_and_is_expired_is_in_the_way_as_nobody_knows_what_came_since(
    lake: TestLake, table: Table
) -> None:
    read = found(lake)
    for number in (3, 4):
        table.append(rows((number, number)))
    ids = [snapshot.snapshot_id for snapshot in table.refresh().snapshots()[:2]]
    table.maintenance.expire_snapshots().by_ids(ids).commit()
    with pytest.raises(SqlError, match=FAILED):
        lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1)), EqualTo("day", 1))
    assert lake.rows("t", ["id"]) == [(1,), (2,), (3,), (4,)]


def test_a_compaction_of_other_files_is_not_in_the_way(lake: TestLake, table: Table) -> None:
    read = found(lake)
    [other] = [task.file for task in table.scan(row_filter="day = 2").plan_files()]
    with table.transaction() as transaction, transaction.update_snapshot(SUMMARY).overwrite() as snapshot:
        snapshot.delete_data_file(other)
        snapshot.append_data_file(other)
    lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1)), AlwaysTrue())
    assert (10,) in lake.rows("t", ["id"])


@pytest.mark.usefixtures("table")
def test_a_write_that_ends_half_way_leaves_the_table_as_it_was(lake: TestLake) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from held((10, 1))
        raise KeyboardInterrupt

    read = found(lake)
    with pytest.raises(KeyboardInterrupt):
        lake.lake.changes.swap(read, [path_of(read, 1)], broken())
    assert lake.rows("t", ["id"]) == [(1,), (2,)]


@pytest.mark.usefixtures("table")
def test_a_crash_before_the_commit_leaves_only_orphans(lake: TestLake) -> None:
    read = found(lake)
    before = len(lake.stored("t/data"))
    killed = patch.object(Transaction, "commit_transaction", side_effect=KeyboardInterrupt)
    with killed, pytest.raises(KeyboardInterrupt):
        lake.lake.changes.swap(read, [path_of(read, 1)], held((10, 1)))
    assert lake.rows("t", ["id"]) == [(1,), (2,)]
    assert len(lake.stored("t/data")) == before + 1


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("lands", [True, False])
def test_what_became_of_a_commit_without_a_reply_is_found_out(lake: TestLake, lands: bool) -> None:
    update = lake.catalog.glue.update_table

    def unclear(**arguments: Any) -> None:
        if lands:
            update(**arguments)
        raise ReadTimeoutError(endpoint_url="glue")

    with patch.object(lake.lake.glue.client, "update_table", unclear):
        if lands:
            assert lake.lake.changes.append(DATABASE, "t", held((3, 3))).rows == 1
        else:
            with pytest.raises(SqlError, match=FAILED):
                lake.lake.changes.append(DATABASE, "t", held((3, 3)))
    assert ((3,) in lake.rows("t", ["id"])) == lands


@pytest.mark.usefixtures("table")
def test_files_that_a_sweep_may_take_are_not_committed(lake: TestLake) -> None:
    times = iter([0.0, 1e9])
    changes = replace(lake.lake.changes, clock_s=lambda: next(times))
    with pytest.raises(SqlError, match=FAILED):
        changes.append(DATABASE, "t", held((3, 3)))


def test_a_table_whose_columns_changed_meanwhile_takes_no_rows_of_before(lake: TestLake, table: Table) -> None:
    def slow() -> Iterator[pa.RecordBatch]:
        yield from held((3, 3))
        with table.update_schema() as change:
            change.rename_column("id", "number")

    with pytest.raises(SqlError, match=FAILED):
        lake.lake.changes.append(DATABASE, "t", slow())
