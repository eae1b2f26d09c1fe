"""Iceberg tables are read as they are, through changed schemas and deleted rows, and no more of them than is needed."""

import gc
from concurrent.futures import wait
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import Table
from pyiceberg.types import DoubleType, LongType

from reference.lake.catalog import create_lake
from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.lake.reading import reading
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.statement import Usage
from tests.reference.lake.row_deletes import _Deletion, delete_rows
from tests.scenarios.targets.embedded.athena.conditions import EqualTo, In, is_true, random_condition
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

MONEY: pa.DataType = pa.decimal128(12, 2)
WHOLE: pa.DataType = pa.int64()
DAYS = pa.schema([("id", WHOLE), ("day", pa.int32()), ("name", pa.string()), ("price", MONEY)])
SMALL_GROUPS = {"write.parquet.row-group-limit": "100"}


def days(first: int, last: int, rows: int = 250) -> pa.Table:
    """Rows of some days."""
    numbers = [(day, number) for day in range(first, last) for number in range(rows)]
    return pa.Table.from_pylist(
        [
            {"id": day * rows + number, "day": day, "name": f"n{number}", "price": Decimal(number)}
            for day, number in numbers
        ],
        schema=DAYS,
    )


@pytest.fixture
def table(lake: TestLake) -> Table:
    made = lake.make("days", DAYS, ["day"], **SMALL_GROUPS)
    made.append(days(0, 3))
    return made


def data_files(table: Table) -> list[str]:
    return [task.file.file_path for task in table.refresh().scan().plan_files()]


def chunks(lake: TestLake, path: str, columns: set[str]) -> int:
    """The sum of some columns' chunks, as the file's own footer has them."""
    content = lake.s3.get_object(Bucket="some-data", Key=path.removeprefix("s3://some-data/"))["Body"].read()
    footer = pq.read_metadata(pa.BufferReader(content))
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    found = [group.column(place) for group in groups for place in range(footer.num_columns)]
    return sum(column.total_compressed_size for column in found if column.path_in_schema in columns)


@pytest.mark.usefixtures("table")
def test_rows_are_those_of_the_table(lake: TestLake) -> None:
    assert lake.rows("days", ["id"]) == sorted([(number,) for number in range(750)], key=str)
    assert lake.rows("days", ["price", "day"], EqualTo("id", 251))[0] == (Decimal("0.00"), 1)


def test_what_one_column_of_one_day_costs_is_the_sum_of_its_chunks(lake: TestLake, table: Table) -> None:
    usage = Usage()
    assert len(lake.rows("days", ["price"], EqualTo("day", 1), usage=usage)) == 250
    [path] = [path for path in data_files(table) if "day=1/" in path]
    assert usage.scanned_bytes == chunks(lake, path, {"price"})


def test_row_groups_that_cannot_match_are_not_read(lake: TestLake, table: Table) -> None:
    usage = Usage()
    rows = lake.rows("days", ["id"], EqualTo("id", 260), usage=usage)
    assert len(rows) == 100
    assert (260,) in rows
    [path] = [path for path in data_files(table) if "day=1/" in path]
    assert 0 < usage.scanned_bytes < chunks(lake, path, {"id"})


@pytest.mark.usefixtures("table")
def test_a_stream_may_be_asked_for_again(lake: TestLake) -> None:
    scan = lake.tables().find(DATABASE, "days").scan(["id"], AlwaysTrue())  # type: ignore[union-attr]
    counts = [pa.RecordBatchReader.from_stream(scan).read_all().num_rows for _ in range(2)]
    assert counts == [750, 750]


def test_only_the_files_that_a_condition_names_are_read(lake: TestLake, table: Table) -> None:
    one, two, _ = data_files(table)
    assert {row[0] for row in lake.rows("days", ["$path"], EqualTo("$path", one))} == {one}
    assert {row[0] for row in lake.rows("days", ["$path"], And(In("$path", [one, two]), EqualTo("day", 2)))} <= {
        one,
        two,
    }


def test_when_a_file_was_written_is_told(lake: TestLake, table: Table) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    times = [dict(at)["utc"] for (at,) in set(map(_hashable, lake.rows("days", ["$file_modified_time"])))]
    assert 1 <= len(times) <= len(data_files(table))
    assert max(abs(now - at).total_seconds() for at in times) < 120


@pytest.mark.usefixtures("table")
def test_hidden_columns_alone_cost_nothing(lake: TestLake) -> None:
    usage = Usage()
    assert len(lake.rows("days", ["$path"], usage=usage)) == 750
    assert usage.scanned_bytes == 0


def test_deleted_rows_are_not_there(lake: TestLake, table: Table) -> None:
    file = next(task.file for task in table.scan().plan_files() if task.file.partition[0] == 1)
    delete_rows(table, file, [0, 99, 100, 249])
    delete_rows(table.refresh(), file, [1])
    left = {row[0] for row in lake.rows("days", ["id"], EqualTo("day", 1))}
    assert left == set(range(250, 500)) - {250, 251, 349, 350, 499}
    assert len(lake.rows("days", ["$path"], EqualTo("day", 1))) == 245


def test_equality_deletes_are_refused(lake: TestLake, table: Table) -> None:
    file = next(task.file for task in table.scan().plan_files())
    deletes = DataFile.from_args(
        content=DataFileContent.EQUALITY_DELETES,
        file_path=f"{file.file_path}-deletes",
        file_format=FileFormat.PARQUET,
        partition=file.partition,
        record_count=1,
        file_size_in_bytes=1,
        equality_ids=[1],
    )
    deletes.spec_id = file.spec_id
    deletion = _Deletion(table, deletes)
    deletion.commit()
    deletion.transaction.commit_transaction()
    with pytest.raises(Exception, match=r"db.days, which has equality deletes, is not supported"):
        lake.rows("days", ["id"])


def test_files_from_before_a_change_of_columns_are_read_as_the_table_is_now(lake: TestLake) -> None:
    small: pa.DataType = pa.int32()
    old = pa.schema([("Id", small), ("gone", pa.string()), ("x", pa.float32()), ("at", pa.struct([("a", small)]))])
    table = lake.make("changed", old)
    table.append(pa.Table.from_pylist([{"Id": 1, "gone": "y", "x": 0.5, "at": {"a": 7}}], old))
    with table.update_schema() as change:
        change.rename_column("Id", "Number")
        change.update_column("Id", LongType())
        change.update_column("x", DoubleType())
        change.delete_column("gone")
        change.add_column("new", LongType())
        change.add_column(("at", "b"), LongType())
    assert lake.rows("changed", ["new", "number", "at", "x"]) == [(None, 1, {"f0": 7, "f1": None}, 0.5)]
    assert lake.rows("changed", ["x"], EqualTo("number", 2)) == []
    columns = lake.tables().find(DATABASE, "changed").columns
    assert [(name, str(kind)) for name, kind in columns] == [
        ("number", "bigint"),
        ("x", "double"),
        ("at", "row(a integer, b bigint)"),
        ("new", "bigint"),
    ]


def test_nested_columns_are_read_by_place(lake: TestLake) -> None:
    times: pa.DataType = pa.list_(pa.struct([("x", pa.timestamp("us", "UTC"))]))
    schema = pa.schema([("l", times), ("m", pa.map_(pa.string(), pa.int64()))])
    table = lake.make("nested", schema)
    at = datetime(2020, 1, 1)  # noqa: DTZ001 - as DuckDB gives it
    rows: list[dict[str, Any]] = [{"l": [{"x": at.replace(tzinfo=UTC)}], "m": [("k", 1)]}, {"l": None, "m": None}]
    table.append(pa.Table.from_pylist(rows, schema))
    held = [{"f0": {"utc": at, "zone": "UTC"}}]
    # pyiceberg writes a list of structs that is null as an empty one.
    assert lake.rows("nested", ["l", "m"]) == [([], None), (held, {"k": 1})]


def test_an_empty_table_has_no_rows(lake: TestLake) -> None:
    lake.make("empty", DAYS)
    assert lake.rows("empty", ["id"]) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_row_that_is_meant_is_lost(lake: TestLake, seed: int) -> None:
    dice = Random(seed)
    table = lake.make("r", DAYS, ["day"], **SMALL_GROUPS)
    names = [f"n{number}" for number in range(20)]
    rows = [
        {
            "id": dice.choice([None, dice.randrange(500)]),
            "day": dice.randrange(3),
            "name": dice.choice(names),
            "price": Decimal(number),
        }
        for number in range(600)
    ]
    table.append(pa.Table.from_pylist(sorted(rows, key=lambda row: row["id"] or 0), schema=DAYS))
    values = {name: [row[name] for row in rows] for name in ("id", "day", "name", "price")}
    for _ in range(6):
        where: BooleanExpression = random_condition(dice, values)
        read = lake.rows("r", list(values), where)
        kept = [row for row in read if is_true(where, dict(zip(values, row, strict=True)))]
        assert len(kept) == sum(bool(is_true(where, row)) for row in rows)


def test_a_stream_that_is_given_up_reads_no_further(
    lake: TestLake, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BYTES_AHEAD", 1)
    monkeypatch.setattr(reading, "RUN_BYTES", 1)
    usage = Usage()
    scan = lake.lake.tables(usage).find(DATABASE, "days").scan(["id"], AlwaysTrue())  # type: ignore[union-attr]
    reader = pa.RecordBatchReader.from_stream(scan)
    reader.read_next_batch()
    del reader
    gc.collect()
    wait([lake.lake.reading.executor.submit(int) for _ in range(100)])
    assert 0 < usage.scanned_bytes < sum(chunks(lake, path, {"id"}) for path in data_files(table)) / 2


def test_a_file_that_is_gone_ends_the_scan_with_its_name(lake: TestLake, table: Table) -> None:
    tables = lake.tables()
    scan = tables.find(DATABASE, "days").scan(["id"], EqualTo("day", 1))  # type: ignore[union-attr] # noqa: F841
    [path] = [path for path in data_files(table) if "day=1/" in path]
    lake.s3.delete_object(Bucket="some-data", Key=path.removeprefix("s3://some-data/"))
    with pytest.raises(duckdb.Error, match="day=1"):
        duckdb.execute("SELECT * FROM scan").fetchall()
    assert isinstance(tables.failure, SqlError)
    assert tables.failure.code == "HIVE_CANNOT_OPEN_SPLIT"


def test_a_manifest_that_is_gone_ends_the_scan(lake: TestLake, table: Table) -> None:
    snapshot = table.refresh().current_snapshot()
    assert snapshot is not None
    lake.s3.delete_object(Bucket="some-data", Key=snapshot.manifest_list.removeprefix("s3://some-data/"))
    with pytest.raises(Exception, match="Error reading manifests"):
        lake.rows("days", ["id"])


def test_the_writers_own_tables_are_read(lake: TestLake, aws: LakeSettings) -> None:
    create_lake(lake.catalog, aws)
    silver = lake.tables().find("silver", "orders")
    assert isinstance(silver, IcebergTable)
    assert ("price", "decimal(12,2)") in [(name, str(kind)) for name, kind in silver.columns]


def _hashable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(value.items()) for value in row)
