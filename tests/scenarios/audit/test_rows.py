"""What the ledger takes in: the topic's rows between the marks, by file, reduced to coordinates and checksums."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import google_crc32c
import pyarrow as pa
import pytest

from reference.lake.schemas import LAYOUTS
from scenarios.audit.count import count
from scenarios.audit.lake_reader import LakeFile
from scenarios.audit.marks import Marks
from scenarios.audit.rows import load_lake, open_rows

MARKS = Marks("T", {0: 10, 2: 5})


class Table:
    """Files of rows in memory, gone through as an OpenTable is."""

    def __init__(self, layer: str, files: dict[str, list[dict[str, Any]]]) -> None:
        self.schema = LAYOUTS[layer].columns
        self.files = [LakeFile(path, len(rows), 1, "") for path, rows in files.items()]
        self._rows = files

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        wanted = pa.schema([self.schema.field(column) for column in columns])
        for number, file in enumerate(self.files):
            yield number, pa.RecordBatch.from_pylist(self._rows[file.path], schema=wanted)


class Lake:
    """Tables by layer; implements the part of LakeReader that an audit asks for."""

    def __init__(self, **layers: dict[str, list[dict[str, Any]]]) -> None:
        self._layers = layers
        self.filters: set[str] = set()

    def open(self, name: str, rows: str) -> Table:
        layer = name.partition(".")[0]
        self.filters.add(rows)
        return Table(layer, self._layers.get(layer, {}))


def row(partition: int, offset: int, topic: str = "T", producer: str | None = "run", **more: Any) -> dict[str, Any]:
    return {"topic_id": topic, "partition": partition, "offset": offset, "producer": producer, "seq": offset} | more


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_rows() as tables:
        yield tables


def load(db: duckdb.DuckDBPyConnection, lake: Lake, marks: Marks = MARKS) -> None:
    reader: Any = lake
    load_lake(db, reader, marks, "run")


def taken(db: duckdb.DuckDBPyConnection, columns: str, table: str = "bronze") -> list[Any]:
    return db.execute(f"SELECT {columns} FROM {table} ORDER BY p, o").fetchall()  # noqa: S608 - our own names


def test_rows_before_the_start_are_not_judged(db: duckdb.DuckDBPyConnection) -> None:
    rows = [row(p, o, producer="else") for p, o in ((0, 9), (0, 10), (2, 4), (2, 5))]
    load(db, Lake(bronze={"f": rows}))
    assert taken(db, "p, o") == [(0, 10), (2, 5)]


def test_a_row_of_the_run_itself_cannot_hide_before_its_start(db: duckdb.DuckDBPyConnection) -> None:
    price = {"price": Decimal("1.00")}
    lake = Lake(bronze={"f": [row(0, 10)]}, silver={"s": [row(0, 10) | price, row(0, 5) | price | {"seq": 10}]})
    load(db, lake)
    [offender] = count(db).offenders["misrouted"]
    assert (offender.offset, offender.file) == (5, "s")


def test_rows_after_the_end_are_not_judged(db: duckdb.DuckDBPyConnection) -> None:
    rows = [row(0, 11), row(0, 12), row(2, 90)]
    load(db, Lake(bronze={"f": rows}), Marks("T", MARKS.starts, ends={0: 12, 2: 90}))
    assert taken(db, "p, o") == [(0, 11)]


def test_rows_of_a_partition_that_came_after_the_end_are_not_judged(db: duckdb.DuckDBPyConnection) -> None:
    load(db, Lake(bronze={"f": [row(0, 11), row(7, 0)]}), Marks("T", MARKS.starts, ends={0: 12, 2: 90}))
    assert taken(db, "p, o") == [(0, 11)]


def test_rows_of_another_topic_are_not_judged(db: duckdb.DuckDBPyConnection) -> None:
    load(db, Lake(bronze={"f": [row(0, 10, topic="U"), row(0, 11)]}))
    assert taken(db, "p, o") == [(0, 11)]


def test_rows_of_a_partition_that_came_later_are_judged(db: duckdb.DuckDBPyConnection) -> None:
    load(db, Lake(bronze={"f": [row(7, 0)]}))
    assert taken(db, "p, o") == [(7, 0)]


def test_files_that_end_before_the_start_need_not_be_read(db: duckdb.DuckDBPyConnection) -> None:
    lake = Lake()
    load(db, lake)
    assert lake.filters == {"offset >= 5 or partition > 2"}


def test_without_marks_all_the_topics_rows_are_judged(db: duckdb.DuckDBPyConnection) -> None:
    load(db, Lake(bronze={"f": [row(0, 0), row(3, 1)]}), Marks("T", {}))
    assert taken(db, "p, o") == [(0, 0), (3, 1)]


def test_the_runs_events_its_poison_and_others_are_told_apart(db: duckdb.DuckDBPyConnection) -> None:
    producers = ["run", "chaos/run", "else", None, "run/warm-up"]
    load(db, Lake(bronze={"f": [row(0, 10 + i, producer=name) for i, name in enumerate(producers)]}))
    assert [who for (who,) in taken(db, "who")] == [1, 2, 0, 0, 0]


def test_an_offender_of_each_table_is_named_by_its_own_file(db: duckdb.DuckDBPyConnection) -> None:
    twice = [row(0, 11), row(0, 11)]
    files = {table: {f"{table}-0": [row(0, 10)], f"{table}-1": twice} for table in ("bronze", "silver", "quarantine")}
    silver = {name: [one | {"price": Decimal("1.00")} for one in rows] for name, rows in files["silver"].items()}
    quarantine = {name: [one | {"stage": "decode"} for one in rows] for name, rows in files["quarantine"].items()}
    load(db, Lake(bronze=files["bronze"], silver=silver, quarantine=quarantine))
    named = {(one.what, one.offset, one.file) for one in count(db).offenders["duplicated"]}
    assert named == {(f"{table}: 2 times", 11, f"{table}-1") for table in files}


def test_in_an_audit_of_no_run_nothing_is_ours_whatever_producers_call_themselves(
    db: duckdb.DuckDBPyConnection,
) -> None:
    reader: Any = Lake(bronze={"f": [row(0, i, producer=name) for i, name in enumerate(["", "chaos/", "None", None])]})
    load_lake(db, reader, Marks("T", {}), None)
    assert taken(db, "who") == [(0,)] * 4


def test_a_payload_becomes_its_checksum_as_it_lies_there(db: duckdb.DuckDBPyConnection) -> None:
    load(db, Lake(bronze={"f": [row(0, 10, payload=b"abc", crc32c=1), row(0, 11, payload=None)]}))
    assert taken(db, "crc") == [(google_crc32c.value(b"abc"),), (None,)]


def test_prices_are_whole_cents(db: duckdb.DuckDBPyConnection) -> None:
    prices = [Decimal("9999999999.99"), Decimal("-0.01"), None]
    load(db, Lake(silver={"f": [row(0, 10 + i, price=price) for i, price in enumerate(prices)]}))
    assert taken(db, "price_cents", "silver") == [(999999999999,), (-1,), (None,)]


def test_what_was_replayed_or_failed_a_rule_is_another_matter(db: duckdb.DuckDBPyConnection) -> None:
    quarantine = [row(0, 10, stage="decode"), row(0, 11, stage="quality"), row(0, 12, stage="decode", replay_id="r")]
    load(db, Lake(silver={"s": [row(0, 13), row(0, 14, replay_id="r")]}, quarantine={"q": quarantine}))
    assert taken(db, "o", "quarantine") == [(10,)]
    assert taken(db, "o", "silver") == [(13,)]


def test_offenders_are_named_by_the_file_they_lie_in(db: duckdb.DuckDBPyConnection) -> None:
    files = {"a": [row(0, 10)], "b": [row(0, 11), row(0, 12)]}
    load(db, Lake(bronze=files, silver={"s": [row(0, 10), row(0, 11)]}))
    [offender] = count(db).offenders["misrouted"]
    assert (offender.offset, offender.file) == (12, "b")
