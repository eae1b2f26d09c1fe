"""A scan is asked for the columns that a query needs, and told the conditions that its rows must meet."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import Table, View
from scenarios.targets.embedded.athena.sql.types import DATE, DOUBLE, INTEGER, VARCHAR, zoned
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage, HeldTable, HeldTables, ask

AT = dt.datetime(2018, 5, 24, 12)  # noqa: DTZ001 - has no zone
ROWS = pa.table(
    {
        "id": pa.array([1, 2, None], pa.int32()),
        "name": ["a", "b", "c"],
        "day": [dt.date(2018, 5, 24), dt.date(2018, 5, 25), None],
        "price": [1.5, float("nan"), 3.0],
        "at": pa.array(
            [{"utc": AT, "zone": "UTC"}, {"utc": AT + dt.timedelta(days=1), "zone": "UTC"}, None],
            pa.struct([("utc", pa.timestamp("us")), ("zone", pa.string())]),
        ),
        "$path": ["f1", "f1", "f2"],
    }
)
COLUMNS = [("id", INTEGER), ("name", VARCHAR), ("day", DATE), ("price", DOUBLE), ("at", zoned(6))]


@pytest.fixture
def orders() -> HeldTable:
    return HeldTable(COLUMNS, ROWS, [("$path", VARCHAR)])


@pytest.fixture
def engine(orders: HeldTable, tmp_path: Path) -> Iterator[Engine]:
    held: dict[tuple[str, str], Table | View] = {
        ("default", "orders"): orders,
        ("default", "late"): View("SELECT * FROM orders WHERE id > 1", "default", COLUMNS),
    }
    engine = Engine(HeldStorage(HeldTables(held)), 100_000_000, tmp_path, lambda: NOW)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("sql", "columns", "condition", "rows"),
    [
        ("SELECT name FROM orders", ["name"], "AlwaysTrue()", [("a",), ("b",), ("c",)]),
        ("SELECT count(*) FROM orders", ["$path"], "AlwaysTrue()", [(3,)]),
        ("SELECT count(*) FROM orders WHERE id = 1", ["id"], "EqualTo(", [(1,)]),
        ("SELECT name FROM orders WHERE day = date '2018-05-24'", ["name", "day"], "17675", [("a",)]),
        ("SELECT name FROM orders WHERE id IN (2, 7)", ["name", "id"], "In(", [("b",)]),
        ("SELECT name FROM orders WHERE id IS NULL", ["name", "id"], "IsNull(", [("c",)]),
        ("SELECT name FROM (SELECT * FROM orders) WHERE id < 2", ["name", "id"], "LessThan(", [("a",)]),
        ("SELECT name FROM late WHERE name <> 'z'", ["name", "id"], "GreaterThan(", [("b",)]),
        ("SELECT id FROM orders WHERE at >= timestamp '2018-05-25 00:00:00 UTC'", ["id", "at"], "GreaterThan", [(2,)]),
        ('SELECT "$path", count(*) FROM orders GROUP BY 1 ORDER BY 1', ["$path"], "True", [("f1", 2), ("f2", 1)]),
        (
            "WITH o AS (SELECT * FROM orders) SELECT max(price) FROM o WHERE id = 1",
            ["price", "id"],
            "EqualTo(",
            [(1.5,)],
        ),
    ],
)
def test_only_what_is_needed_is_asked_for(
    engine: Engine, orders: HeldTable, sql: str, columns: list[str], condition: str, rows: list[tuple[object, ...]]
) -> None:
    assert ask(engine, sql).rows == rows
    [(read, where)] = orders.scanned
    assert sorted(read) == sorted(columns)
    assert condition in where


def test_a_table_has_its_columns_and_not_the_hidden_ones(engine: Engine) -> None:
    assert ask(engine, "SELECT * FROM orders").names == tuple(name for name, _ in COLUMNS)


def test_a_table_may_be_joined_with_itself(engine: Engine, orders: HeldTable) -> None:
    sql = "SELECT a.name, b.name FROM orders a JOIN orders b ON a.id = b.id ORDER BY 1"
    assert ask(engine, sql).rows == [("a", "a"), ("b", "b")]
    assert len(orders.scanned) == 2


def test_nan_is_above_no_number(engine: Engine) -> None:
    assert ask(engine, "SELECT id FROM orders WHERE price > 2").rows == [(None,)]


def test_a_table_that_is_not_there_is_an_error(engine: Engine) -> None:
    with pytest.raises(SqlError) as missing:
        ask(engine, "SELECT 1 FROM nosuch")
    assert missing.value.code == "TABLE_NOT_FOUND"


def test_an_error_says_where_it_is(engine: Engine) -> None:
    for sql, place in (
        ("SELECT id,\n  nosuch FROM orders", "line 2:3: "),
        ("SELECT id FROM db.nosuch", "line 1:16: "),
        ("SELECT id, nosuch(1) FROM orders", "line 1:12: "),
    ):
        with pytest.raises(SqlError) as error:
            ask(engine, sql)
        assert str(error.value).startswith(place)
