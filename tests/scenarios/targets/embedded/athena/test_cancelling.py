"""A statement is stopped whenever it is cancelled: before it begins, while it is planned, and while it runs."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.engine import Cancelled, Engine, Running
from scenarios.targets.embedded.athena.interrupting import Interrupter
from scenarios.targets.embedded.athena.sql.tables import Scan, Version
from scenarios.targets.embedded.athena.sql.types import BIGINT
from scenarios.targets.embedded.athena.statement import Request, Usage
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage, HeldTable, HeldTables

MEMORY_BYTES = 200_000_000
SIDES = " CROSS JOIN ".join(f"UNNEST(sequence(1, 10000)) {name}({name})" for name in "abcd")
ENDLESS = f"SELECT count(*) FROM {SIDES} CROSS JOIN t WHERE a * b - c * d = n"


@dataclass
class Cue:
    """Does once what a test gives it."""

    act: Callable[[], None] = field(default=lambda: None)

    def __call__(self) -> None:
        self.act()


@dataclass(frozen=True)
class CuedTables(HeldTables):
    """Tables that give a cue when they are found, and when they are read."""

    found: Cue = field(default_factory=Cue)
    read: Cue = field(default_factory=Cue)

    def find(self, database: str, name: str, version: Version) -> Any:
        del database, name, version
        self.found()
        return CuedTable([("n", BIGINT)], pa.table({"n": [1]}), read=self.read)


@dataclass(frozen=True)
class CuedTable(HeldTable):
    """Gives a cue when it is read."""

    read: Cue = field(default_factory=Cue)

    def scan(self, columns: Any, where: Any) -> Scan:
        self.read()
        return super().scan(columns, where)


@pytest.fixture
def tables() -> CuedTables:
    return CuedTables()


@pytest.fixture
def running(tables: CuedTables, tmp_path: Path) -> Iterator[Running]:
    """A statement that would never end by itself."""
    engine = Engine(HeldStorage(tables), MEMORY_BYTES, tmp_path, lambda: NOW)
    running = engine.start(Request(ENDLESS), Usage())
    yield running
    running.close()
    engine.close()


def test_before_it_begins(running: Running) -> None:
    running.cancel()
    assert_is_cancelled(running)


def test_while_it_is_planned(running: Running, tables: CuedTables) -> None:
    tables.found.act = running.cancel
    assert_is_cancelled(running)


def test_while_it_begins_to_read(running: Running, tables: CuedTables) -> None:
    tables.read.act = running.cancel
    assert_is_cancelled(running)


def test_between_its_answer_and_its_first_row(running: Running) -> None:
    answer = running.answer()
    running.cancel()
    with pytest.raises(Cancelled):
        next(answer.batches)


def assert_is_cancelled(running: Running) -> None:
    with pytest.raises(Cancelled):
        list(running.answer().batches)


def test_an_interruption_is_repeated_until_the_statement_is_over_and_no_longer() -> None:
    interrupted = threading.Semaphore(0)
    interrupter = Interrupter(interrupted.release)
    interrupter.stop()
    assert all(interrupted.acquire(timeout=30) for _ in range(3))
    interrupter.close()
    interrupter.stop()
    assert "interrupter" not in {thread.name for thread in threading.enumerate()}
