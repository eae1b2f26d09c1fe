"""Alerts' keys on a real Postgres behind its pooler: one call for each, whoever dies, waits or comes again."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from reference.errors import AlertNotSent, StateUnreachable
from reference.state import transaction
from reference.state.alert_keys import AlertKeys
from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint

DEADLINE_S = 20

# Dies when it has sent and has not said so to Postgres yet.
KILLED = """
import os, signal, sys
from reference.state.alert_keys import AlertKeys
AlertKeys(sys.stdin.read()).once("key", "channel", 1, lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def tables(database: PostgresEndpoint) -> PostgresEndpoint:
    migrate(database.direct)
    return database


@pytest.fixture
def keys(tables: PostgresEndpoint) -> AlertKeys:
    return AlertKeys(tables.pooled)


def refuse() -> None:
    raise AlertNotSent("not now")


def unexpected() -> None:
    raise AssertionError("it was sent")


def await_one_that_waits(tables: PostgresEndpoint) -> None:
    deadline = time.monotonic() + DEADLINE_S
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO alerts%'"
    with psycopg.connect(tables.direct, autocommit=True) as connection:
        while not connection.execute(waiting).fetchall():
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)


def one_waits_for_the_other(tables: PostgresEndpoint, first_send: Callable[[], None]) -> tuple[bool | str, bool, int]:
    """What became of the first of two, what of the second, and how often the second sent."""
    inside, sent = threading.Event(), []

    def send() -> None:
        inside.set()
        await_one_that_waits(tables)
        first_send()

    with ThreadPoolExecutor(2) as executor:
        first = executor.submit(AlertKeys(tables.pooled).once, "key", "channel", 1, send)
        assert inside.wait(DEADLINE_S)
        second = executor.submit(AlertKeys(tables.pooled).once, "key", "channel", 2, lambda: sent.append(1))
        error = first.exception(DEADLINE_S)
        return str(error) if error else first.result(), second.result(DEADLINE_S), len(sent)


def test_what_was_sent_is_not_sent_again(keys: AlertKeys) -> None:
    sent: list[int] = []
    assert keys.once("key", "channel", 1, lambda: sent.append(1))
    assert not keys.once("key", "channel", 2, unexpected)
    assert sent == [1]


def test_another_key_and_another_channel_are_others(keys: AlertKeys) -> None:
    assert keys.once("key", "channel", 1, lambda: None)
    assert keys.once("key", "other", 1, lambda: None)
    assert keys.once("other", "channel", 1, lambda: None)


def test_what_sending_raises_is_raised_and_leaves_the_key_as_it_was(keys: AlertKeys) -> None:
    with pytest.raises(AlertNotSent, match="not now"):
        keys.once("key", "channel", 1, refuse)
    assert keys.once("key", "channel", 2, lambda: None)


def test_a_process_that_is_killed_when_it_has_sent_leaves_the_key_as_it_was(
    tables: PostgresEndpoint, keys: AlertKeys
) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED], input=tables.pooled, text=True, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert keys.once("key", "channel", 2, lambda: None)


def test_a_connection_that_is_cut_when_it_was_sent_leaves_the_key_as_it_was(
    tables: PostgresEndpoint, keys: AlertKeys
) -> None:
    def cut() -> None:
        with psycopg.connect(tables.direct, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            )

    with pytest.raises(StateUnreachable, match="Postgres: "):
        keys.once("key", "channel", 1, cut)
    assert keys.once("key", "channel", 2, lambda: None)


def test_of_two_at_once_the_second_waits_and_does_not_send(tables: PostgresEndpoint) -> None:
    assert one_waits_for_the_other(tables, lambda: None) == (True, False, 0)


def test_of_two_at_once_the_second_sends_if_the_first_could_not(tables: PostgresEndpoint) -> None:
    assert one_waits_for_the_other(tables, refuse) == ("not now", True, 1)


def test_one_that_waits_too_long_for_another_gives_up(keys: AlertKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "STATEMENT_TIMEOUT_MS", 50)

    def meanwhile() -> None:
        with pytest.raises(StateUnreachable, match="statement timeout"):
            keys.once("key", "channel", 2, unexpected)

    assert keys.once("key", "channel", 1, meanwhile)


def test_without_postgres_nothing_is_sent() -> None:
    with pytest.raises(StateUnreachable, match="Postgres: "):
        AlertKeys("host=127.0.0.1 port=1").once("key", "channel", 1, unexpected)
