"""Each alert goes out once on each channel; rather twice than never."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

import psycopg
import pytest

from reference.alerts.alert import Alert
from reference.alerts.sending import send
from reference.errors import AlertNotSent
from reference.state.alert_keys import AlertKeys
from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint

ALERT = Alert("held-day", date(2018, 5, 24), 1, "the day is held", "silver.orders")
AWAY = AlertKeys("host=127.0.0.1 port=1")


@dataclass
class Ear:
    """A channel that keeps what it hears, unless it is told to refuse it."""

    name: str
    heard: list[str] = field(default_factory=list)
    refuses: bool = False
    then: Callable[[], None] = lambda: None

    def send(self, alert: Alert) -> None:
        if self.refuses:
            raise AlertNotSent(f"{self.name} did not take it")
        self.heard.append(alert.key)
        self.then()


@pytest.fixture
def conninfo(database: PostgresEndpoint) -> str:
    migrate(database.direct)
    return database.pooled


@pytest.fixture
def keys(conninfo: str) -> AlertKeys:
    return AlertKeys(conninfo)


def now_ns() -> int:
    return 7


def test_it_goes_out_on_every_channel_and_only_once(keys: AlertKeys, conninfo: str) -> None:
    left, right = Ear("left"), Ear("right")
    assert send(ALERT, [left, right], keys, now_ns) == ["left", "right"]
    assert send(ALERT, [left, right], keys, lambda: 8) == []
    assert (left.heard, right.heard) == ([ALERT.key], [ALERT.key])
    with psycopg.connect(conninfo, prepare_threshold=None) as connection:
        assert connection.execute("SELECT * FROM alerts ORDER BY channel").fetchall() == [
            (ALERT.key, "left", 7),
            (ALERT.key, "right", 7),
        ]


def test_the_next_generation_goes_out_too(keys: AlertKeys) -> None:
    ear, late = Ear("ear"), replace(ALERT, generation=2)
    for alert in (ALERT, late, late):
        send(alert, [ear], keys, now_ns)
    assert ear.heard == [ALERT.key, late.key]


def test_a_channel_that_is_added_later_has_it_too(keys: AlertKeys) -> None:
    left, right = Ear("left"), Ear("right")
    send(ALERT, [left], keys, now_ns)
    assert send(ALERT, [left, right], keys, now_ns) == ["right"]


def test_where_one_fails_the_others_have_it_and_the_next_call_goes_to_that_one_alone(keys: AlertKeys) -> None:
    ears = [Ear("left"), Ear("broken", refuses=True), Ear("right")]
    with pytest.raises(AlertNotSent, match="broken did not take it"):
        send(ALERT, ears, keys, now_ns)
    assert [len(ear.heard) for ear in ears] == [1, 0, 1]
    ears[1].refuses = False
    assert send(ALERT, ears, keys, now_ns) == ["broken"]
    assert [len(ear.heard) for ear in ears] == [1, 1, 1]


def test_all_that_failed_are_named(keys: AlertKeys) -> None:
    with pytest.raises(AlertNotSent, match="left did not take it; right did not take it"):
        send(ALERT, [Ear("left", refuses=True), Ear("right", refuses=True)], keys, now_ns)


def test_two_at_once_send_once(conninfo: str) -> None:
    ear, together = Ear("ear"), threading.Barrier(2)

    def run() -> list[str]:
        together.wait(10)
        return send(ALERT, [ear], AlertKeys(conninfo), now_ns)

    with ThreadPoolExecutor(2) as executor:
        sent = [future.result() for future in [executor.submit(run) for _ in range(2)]]
    assert sorted(sent) == [[], ["ear"]]
    assert ear.heard == [ALERT.key]


def test_without_postgres_it_goes_out_all_the_same_which_is_said(caplog: pytest.LogCaptureFixture) -> None:
    left, right = Ear("left"), Ear("right")
    assert send(ALERT, [left, right], AWAY, now_ns) == ["left", "right"]
    assert (left.heard, right.heard) == ([ALERT.key], [ALERT.key])
    assert caplog.text.count(f"alert {ALERT.key} is sent whether or not it was before: Postgres: ") == 2


def test_without_postgres_a_channel_that_fails_is_still_named() -> None:
    right = Ear("right")
    with pytest.raises(AlertNotSent, match="left did not take it"):
        send(ALERT, [Ear("left", refuses=True), right], AWAY, now_ns)
    assert right.heard == [ALERT.key]


def test_where_postgres_goes_after_it_went_out_this_call_does_not_send_it_again(
    database: PostgresEndpoint, keys: AlertKeys, caplog: pytest.LogCaptureFixture
) -> None:
    def cut() -> None:
        with psycopg.connect(database.direct, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            )

    ear = Ear("ear", then=cut)
    assert send(ALERT, [ear], keys, now_ns) == ["ear"]
    assert ear.heard == [ALERT.key]
    assert "was sent, which is not noted" in caplog.text
    ear.then = lambda: None
    assert send(ALERT, [ear], keys, now_ns) == ["ear"]
