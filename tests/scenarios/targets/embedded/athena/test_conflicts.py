"""Two statements at once: over the same rows one wins and the other fails, over different days both come through."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, local
from typing import Any

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.storage import LakeStorage
from tests.scenarios.targets.embedded.athena.asking import NOW, ask
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake
from tests.scenarios.targets.embedded.athena.serving import Athena, MakeAthena

MEMORY_BYTES = 300_000_000
ROUNDS = 4
WITHIN_S = 30.0
CONTEXT = {"Database": DATABASE}
TABLE = (
    "CREATE TABLE orders (id bigint, state string, day int) PARTITIONED BY (day) "
    "LOCATION 's3://some-data/orders/' TBLPROPERTIES ('table_type' = 'ICEBERG')"
)


class Meeting:
    """A clock that statements read when they have read the table and written nothing: there they wait for each other.

    Each is in a thread of its own, which reads it once more for each try to commit.
    """

    def __init__(self) -> None:
        self._barrier = Barrier(2)
        self._mine = local()
        self.round = 0

    def __call__(self) -> float:
        if getattr(self._mine, "round", None) != self.round:
            self._mine.round = self.round
            self._barrier.wait(WITHIN_S)
        return time.monotonic()


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


@pytest.fixture
def orders(lake: TestLake) -> TestLake:
    """A lake with orders of two days."""
    lake.do(TABLE)
    add(lake, (1, 1), (2, 1), (3, 2))
    return lake


def add(lake: TestLake, *orders: tuple[int, int]) -> None:
    made = [{"id": order, "state": "old", "day": day} for order, day in orders]
    lake.lake.changes.append(DATABASE, "orders", lake.held("orders", made))


@contextmanager
def timed(lake: TestLake, clock_s: Callable[[], float], spill: Path) -> Iterator[Engine]:
    """An engine whose statements read this clock when they have read the table, and at each try to commit."""
    changes = replace(lake.lake.changes, clock_s=clock_s)
    engine = Engine(LakeStorage(replace(lake.lake, changes=changes)), MEMORY_BYTES, spill, lambda: NOW)
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture
def athena(orders: TestLake, make_athena: MakeAthena, meeting: Meeting, tmp_path: Path) -> Iterator[Athena]:
    """Two statements that write at a time, the second as soon as the first has read."""
    with timed(orders, meeting, tmp_path) as engine:
        yield make_athena(engine)


def both(athena: Athena, statements: list[str]) -> list[dict[str, Any]]:
    """How two statements end that are under way at once."""
    names = [athena.start(statement, QueryExecutionContext=CONTEXT) for statement in statements]
    return [athena.ended_as(name)["Status"] for name in names]


def rows(athena: Athena) -> list[list[str | None]]:
    _, *found = athena.rows("SELECT id, state FROM orders ORDER BY id", QueryExecutionContext=CONTEXT)
    return found


def merge(state: str, ids: str, day: int) -> str:
    return (
        f"MERGE INTO orders t USING (SELECT id, {day} AS day FROM (VALUES {ids}) s(id)) s "
        f"ON t.id = s.id AND t.day = {day} WHEN MATCHED THEN UPDATE SET state = '{state}' "
        f"WHEN NOT MATCHED THEN INSERT VALUES (s.id, '{state}', s.day)"
    )


def test_of_two_merges_of_the_same_rows_one_wins_and_the_other_is_told(athena: Athena, meeting: Meeting) -> None:
    for _ in range(ROUNDS):
        meeting.round += 1
        texts = [f"{name}{meeting.round}" for name in ("one", "two")]
        ends = both(athena, [merge(text, "1, 2", 1) for text in texts])
        assert sorted(end["State"] for end in ends) == ["FAILED", "SUCCEEDED"]
        [(winner, _)] = [pair for pair in zip(texts, ends, strict=True) if pair[1]["State"] == "SUCCEEDED"]
        [error] = [end["AthenaError"] for end in ends if end["State"] == "FAILED"]
        assert error["ErrorMessage"] == "ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: db.orders"
        assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (1, 233, True)
        assert rows(athena) == [["1", winner], ["2", winner], ["3", "old"]]


def test_two_merges_that_add_the_same_row_do_not_both_add_it(athena: Athena, meeting: Meeting) -> None:
    meeting.round += 1
    ends = both(athena, [merge(text, "7", 1) for text in ("one", "two")])
    assert sorted(end["State"] for end in ends) == ["FAILED", "SUCCEEDED"]
    assert [order for order, _ in rows(athena)] == ["1", "2", "3", "7"]


def test_two_merges_of_different_days_are_both_there(athena: Athena, meeting: Meeting) -> None:
    for _ in range(ROUNDS):
        meeting.round += 1
        texts = [f"{name}{meeting.round}" for name in ("one", "two")]
        ends = both(athena, [merge(texts[0], "1, 2", 1), merge(texts[1], "3", 2)])
        assert [end["State"] for end in ends] == ["SUCCEEDED", "SUCCEEDED"]
        assert rows(athena) == [["1", texts[0]], ["2", texts[0]], ["3", texts[1]]]


SAME_DAY = "day = 1"
TWO_DAYS = "day = 1 AND (SELECT count(*) FROM orders WHERE day = 2) = 1"


@pytest.mark.parametrize("statement", ["UPDATE orders SET state = 'new'", "DELETE FROM orders"])
@pytest.mark.parametrize(
    ("where", "day", "wins"),
    [
        (SAME_DAY, 1, False),
        (SAME_DAY, 2, True),
        (TWO_DAYS, 1, False),
        (TWO_DAYS, 2, False),
        (TWO_DAYS, 3, True),
    ],
)
def test_a_row_that_comes_meanwhile_is_in_the_way_of_a_statement_that_read_where_it_lies(
    orders: TestLake, tmp_path: Path, statement: str, where: str, day: int, wins: bool
) -> None:
    came: list[int] = []

    def clock_s() -> float:
        if not came:
            came.append(9)
            add(orders, (9, day))
        return time.monotonic()

    before = orders.rows("orders", ["id", "state"])
    with timed(orders, clock_s, tmp_path) as engine:
        if wins:
            ask(engine, f"{statement} WHERE {where}", DATABASE)
        else:
            with pytest.raises(SqlError, match=r"Failed to commit Iceberg update to table: db\.orders"):
                ask(engine, f"{statement} WHERE {where}", DATABASE)
    after = orders.rows("orders", ["id", "state"])
    assert (9, "old") in after
    assert ({*before} <= {*after}) == (not wins)
