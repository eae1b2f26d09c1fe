"""OPTIMIZE makes few files of many, in one snapshot that changes no row and no property."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.table import Table

from reference.protocol.pins import PIN_PREFIX
from scenarios.targets.embedded.athena.lake.changes import Changes
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.reference.lake.row_deletes import delete_rows
from tests.scenarios.targets.embedded.athena.conditions import EqualTo
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

WHOLE: pa.DataType = pa.int64()
SCHEMA = pa.schema([("id", WHOLE), ("day", pa.string())])
OPTIMIZE = "OPTIMIZE db.t REWRITE DATA USING BIN_PACK"


@pytest.fixture
def table(lake: TestLake) -> Table:
    made = lake.make("t", SCHEMA, ["day"], **{"keystone.next-offset": "7", "optimize_rewrite_data_file_threshold": "2"})
    for number in range(2):
        made.append(pa.table({"id": [number, number], "day": ["a", "b"]}, SCHEMA))
    return made


def files(table: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for task in table.refresh().scan().plan_files():
        found[task.file.partition[0]] = found.get(task.file.partition[0], 0) + 1
    return found


def test_files_of_each_partition_become_one(lake: TestLake, table: Table) -> None:
    before = lake.rows("t", ["id", "day"])
    lake.do(OPTIMIZE)
    assert files(table) == {"a": 1, "b": 1}
    assert lake.rows("t", ["id", "day"]) == before
    assert len(table.snapshots()) == 3
    assert table.properties["keystone.next-offset"] == "7"


def test_properties_tags_and_pins_stay(lake: TestLake, table: Table) -> None:
    with table.transaction() as transaction:
        transaction.set_properties({f"{PIN_PREFIX}topic.0": "0-5:some-pin", "comment": "ours"})
    first = table.snapshots()[0].snapshot_id
    table.manage_snapshots().create_tag(first, "audit").commit()
    properties, tag = dict(table.properties), table.refs()["audit"]
    lake.do(OPTIMIZE)
    assert table.refresh().properties == properties
    assert table.refs()["audit"] == tag
    assert lake.rows("t", ["id"], version=first) == [(0,), (0,)]


@pytest.mark.usefixtures("table")
def test_it_is_not_in_the_way_of_a_statement_that_changes_other_files(lake: TestLake) -> None:
    read = lake.tables().find(DATABASE, "t")
    assert isinstance(read, IcebergTable)
    paths = [task.file.file_path for task in read.files(EqualTo("day", "a"))]
    lake.do(f"{OPTIMIZE} WHERE day = 'b'")
    assert lake.lake.changes.swap(read, paths, lake.held("t", [{"id": 9, "day": "a"}]), AlwaysTrue()) == 1
    assert lake.rows("t", ["id", "day"]) == [(0, "b"), (1, "b"), (9, "a")]


def test_only_the_partitions_that_are_meant_are_rewritten(lake: TestLake, table: Table) -> None:
    lake.do(f"{OPTIMIZE} WHERE day = 'a' -- alone\n;")
    assert files(table) == {"a": 1, "b": 2}


def test_days_are_told_by_their_word_and_texts_are_left_as_they_are(lake: TestLake) -> None:
    columns: list[tuple[str, pa.DataType]] = [("day", pa.date32()), ("name", pa.string())]
    schema = pa.schema(columns)
    table = lake.make("t", schema, ["day", "name"], optimize_rewrite_data_file_threshold="2")
    for name in ("some date ", "some ") * 2:
        table.append(pa.table({"day": [date(2020, 1, 1)], "name": [name]}, schema))
    lake.do(f"{OPTIMIZE} WHERE day = DATE '2020-01-01' AND name = 'some date '")
    names = sorted(task.file.partition[1] for task in table.refresh().scan().plan_files())
    assert names == ["some ", "some ", "some date "]


def test_deleted_rows_do_not_come_back(lake: TestLake, table: Table) -> None:
    task = next(task for task in table.refresh().scan(row_filter="day = 'a'").plan_files())
    delete_rows(table, task.file, [0])
    lake.do(OPTIMIZE)
    assert len(lake.rows("t", ["id"])) == 3
    assert not any(task.delete_files for task in table.refresh().scan().plan_files())


def test_few_files_are_left_alone(lake: TestLake) -> None:
    made = lake.make("t", SCHEMA)
    for number in range(4):
        made.append(pa.table({"id": [number], "day": ["a"]}, SCHEMA))
    lake.do(OPTIMIZE)
    assert len(made.refresh().snapshots()) == 4


def test_rows_that_come_meanwhile_stay(lake: TestLake, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    _meanwhile(monkeypatch, lambda: table.refresh().append(pa.table({"id": [99], "day": ["a"]}, SCHEMA)))
    lake.do(OPTIMIZE)
    assert (99,) in lake.rows("t", ["id"])
    assert files(table) == {"a": 2, "b": 1}


def test_rows_that_are_deleted_meanwhile_are_in_its_way(
    lake: TestLake, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = next(iter(table.refresh().scan().plan_files()))
    _meanwhile(monkeypatch, lambda: delete_rows(table.refresh(), task.file, [0]))
    with pytest.raises(SqlError, match=r"Failed to commit Iceberg update to table: db.t"):
        lake.do(OPTIMIZE)
    assert len(lake.rows("t", ["id"])) == 3


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Let something happen between the reading of files and the commit."""

    def clock(times: Iterator[bool] = iter((False, True))) -> float:  # noqa: B008 - once
        if next(times, False):
            act()
        return 0.0

    monkeypatch.setattr(Changes, "clock_s", property(lambda _: clock), raising=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{OPTIMIZE} WHERE id = 1", "is on partitions alone, and id is none"),
        (f"{OPTIMIZE} WHERE day LIKE '%x%'", "not compare columns with values"),
        ("OPTIMIZE db.h REWRITE DATA USING BIN_PACK", "OPTIMIZE is for Iceberg tables, and db.h is none"),
        ("OPTIMIZE db.t REWRITE DATA USING SORT", "mismatched input 'REWRITE'"),
        ("OPTIMIZE db.x REWRITE DATA USING BIN_PACK", "Table not found db.x"),
    ],
)
def test_what_makes_no_sense_is_refused(lake: TestLake, text: str, said: str) -> None:
    lake.make("t", SCHEMA, ["day"])
    lake.do("create external table h (a int) location 's3://some-data/h/'")
    with pytest.raises(SqlError, match=said):
        lake.do(text)
