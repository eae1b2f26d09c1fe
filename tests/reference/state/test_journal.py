"""The journal on a real Postgres behind its pooler: written, held while Postgres is away, and never waited for."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, replace

import psycopg
import pytest
from psycopg.rows import dict_row

from reference.state import journal as journal_module
from reference.state.batch_entry import BatchEntry
from reference.state.journal import Journal
from reference.state.migrating import migrate
from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.postgres.parts import PostgresParts
from scenarios.targets.embedded.stopping import stop_in_order
from scenarios.targets.interface import PostgresEndpoint

DEADLINE_S = 20
ENTRY = BatchEntry("T", "bronze", 0, 0, 10, 9, 1234, ["s3://a", "s3://b, c"], "writer-1", 1, 2, 3, 4, "writer")


def entries(count: int) -> list[BatchEntry]:
    return [replace(ENTRY, first_offset=n, end_offset=n + 1) for n in range(count)]


@pytest.fixture
def tables(database: PostgresEndpoint) -> PostgresEndpoint:
    migrate(database.direct)
    return database


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "RETRY_S", 0.1)


def written(tables: PostgresEndpoint) -> int:
    with psycopg.connect(tables.direct) as connection:
        found = connection.execute("SELECT count(*) FROM batches").fetchone()
    assert found is not None
    return int(found[0])


def await_true(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def start(part: Part) -> None:
    part.spawn()
    part.wait_ready()


def test_an_entry_comes_back_as_it_was_given(tables: PostgresEndpoint) -> None:
    with Journal(tables.pooled) as journal:
        journal.add([ENTRY])
    with psycopg.connect(tables.direct, row_factory=dict_row) as connection:
        assert connection.execute("SELECT * FROM batches").fetchall() == [asdict(ENTRY)]


def test_entries_are_written_soon_without_being_closed(tables: PostgresEndpoint) -> None:
    with Journal(tables.pooled) as journal:
        journal.add(entries(3))
        await_true(lambda: written(tables) == 3, "nothing was written")
        journal.add(entries(5))
        await_true(lambda: written(tables) == 5, "the second batch was not written")


def test_an_entry_that_is_there_already_stays_as_it_is(tables: PostgresEndpoint) -> None:
    with Journal(tables.pooled) as journal:
        journal.add([ENTRY])
    with Journal(tables.pooled) as journal:
        journal.add([replace(ENTRY, source="snapshot", files=None)])
    with psycopg.connect(tables.direct) as connection:
        assert connection.execute("SELECT source FROM batches").fetchall() == [("writer",)]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["server", "pooler"])
def test_what_came_while_a_part_was_away_is_written_when_it_is_back(
    tables: PostgresEndpoint, postgres: PostgresParts, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    part: Part = getattr(postgres, name)
    with Journal(tables.pooled) as journal:
        journal.add(entries(1))
        await_true(lambda: written(tables) == 1, "nothing was written")
        part.kill()
        try:
            journal.add(entries(4))
            await_true(lambda: "cannot be written" in caplog.text, "the trouble was not said")
        finally:
            start(part)
        await_true(lambda: written(tables) == 4, "what was held was not written")
    assert caplog.text.count("cannot be written") == 1


def test_a_connection_that_broke_long_ago_is_replaced_at_once(
    tables: PostgresEndpoint, postgres: PostgresParts, caplog: pytest.LogCaptureFixture
) -> None:
    with Journal(tables.pooled) as journal:
        journal.add(entries(1))
        await_true(lambda: written(tables) == 1, "nothing was written")
        stop_in_order([postgres.pooler])
        start(postgres.pooler)
        journal.add(entries(2))
    assert written(tables) == 2
    assert caplog.text == ""


def test_a_frozen_pooler_holds_nobody_up(
    tables: PostgresEndpoint, postgres: PostgresParts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journal_module, "CLOSE_TIMEOUT_S", 0.3)
    assert postgres.pooler.pid is not None
    os.kill(postgres.pooler.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with Journal(tables.pooled) as journal:
            for n in range(100):
                journal.add([replace(ENTRY, first_offset=n)])
        assert time.monotonic() - began < 1.0
        assert "100 entries were never written" in caplog.text
    finally:
        os.kill(postgres.pooler.pid, signal.SIGCONT)


def test_beyond_what_may_be_held_new_entries_are_dropped_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with Journal("host=127.0.0.1 port=1", max_held=3) as journal:
        journal.add(entries(5))
    assert "3 entries are held and no more are taken" in caplog.text
    assert "5 entries were never written" in caplog.text
