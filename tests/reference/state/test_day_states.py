"""The days' states on a real Postgres, by way of its pooler."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from reference.errors import StateUnreachable
from reference.state import transaction
from reference.state.day_states import DayState, DayStates
from reference.state.migrating import migrate
from scenarios.targets.embedded.postgres.parts import PostgresParts
from scenarios.targets.interface import PostgresEndpoint

DAY = date(2018, 5, 24)
STATE = DayState(
    day=DAY,
    generation=1,
    snapshot_id=2**62 + 1,
    rows=100,
    failing=3,
    by_rule={"price is above 0": 2, 'a "quoted" one, São Paulo': 1},
    ends={0: 10, 11: 2**40},
    route="quarantine",
    judged_by="these rules",
    checked_ns=1_527_200_000_000_000_001,
)


@pytest.fixture
def states(database: PostgresEndpoint) -> DayStates:
    migrate(database.direct)
    return DayStates(database.pooled)


def test_a_state_comes_back_as_it_was_given(states: DayStates) -> None:
    states.checked([STATE])
    assert states.all() == [STATE]


def test_nothing_to_enter_changes_nothing(states: DayStates) -> None:
    assert states.all() == []
    states.checked([STATE])
    states.checked([])
    states.in_gold([], 5)
    assert states.all() == [STATE]


def test_all_are_in_the_order_of_day_and_generation(states: DayStates) -> None:
    ordered = [replace(STATE, day=DAY + timedelta(days=d), generation=g) for d in (0, 1, 300) for g in (1, 2, 10)]
    states.checked(ordered[::-2])
    states.checked(ordered[-2::-2])
    assert states.all() == ordered


def test_a_second_check_that_found_the_same_takes_the_place_of_the_first_and_what_was_in_gold_is(
    states: DayStates,
) -> None:
    assert states.checked([STATE]) == [True]
    states.in_gold([(DAY, 1)], 5)
    again = replace(STATE, snapshot_id=9, ends={1: 1}, checked_ns=8)
    assert states.checked([again]) == [True]
    assert states.all() == [replace(again, gold_ns=5)]


@pytest.mark.parametrize("other", [{"rows": 101}, {"failing": 2}, {"by_rule": {"another": 1}}, {"judged_by": "others"}])
def test_a_second_check_that_found_something_else_is_not_entered(states: DayStates, other: dict[str, Any]) -> None:
    next_day = replace(STATE, day=DAY + timedelta(days=1))
    states.checked([STATE])
    states.in_gold([(DAY, 1)], 5)
    assert states.checked([replace(STATE, **other), next_day]) == [False, True]
    assert states.all() == [replace(STATE, gold_ns=5), next_day]


def test_a_held_day_is_not_in_gold_whoever_says_so(states: DayStates) -> None:
    held = replace(STATE, route="held")
    states.checked([held])
    states.in_gold([(DAY, 1)], 5)
    assert states.all() == [held]


def test_in_gold_keeps_the_first_time(states: DayStates) -> None:
    states.checked([STATE])
    states.in_gold([(DAY, 1)], 5)
    states.in_gold([(DAY, 1)], 6)
    assert states.all() == [replace(STATE, gold_ns=5)]


def test_of_a_day_that_a_newer_generation_took_on_the_older_is_not_in_gold(states: DayStates) -> None:
    states.checked([STATE, replace(STATE, generation=2)])
    states.in_gold([(DAY, 1)], 5)
    assert [(state.gold_ns, state.is_done) for state in states.all()] == [(None, False), (None, False)]


def test_of_a_day_of_which_the_newer_generation_is_held_the_older_may_be(states: DayStates) -> None:
    states.checked([STATE, replace(STATE, generation=2, route="held")])
    states.in_gold([(DAY, 1)], 5)
    assert [(state.gold_ns, state.is_done) for state in states.all()] == [(5, True), (None, True)]


def test_in_gold_are_the_days_and_generations_named_and_no_others(states: DayStates) -> None:
    next_day = DAY + timedelta(days=1)
    given = [STATE, replace(STATE, generation=2), replace(STATE, day=next_day)]
    states.checked(given)
    states.in_gold([(DAY, 2), (next_day, 1), (next_day, 2)], 5)
    assert [state.gold_ns for state in states.all()] == [None, 5, 5]
    assert len(states.all()) == len(given)


def test_of_several_that_are_entered_together_all_are_there_or_none(states: DayStates) -> None:
    with pytest.raises(StateUnreachable, match="days_route_check"):
        states.checked([STATE, replace(STATE, generation=2, route="somewhere")])
    assert states.all() == []


def test_who_is_given_the_same_connection_of_the_pooler_has_no_setting_of_ours(
    states: DayStates, database: PostgresEndpoint
) -> None:
    states.checked([STATE])
    with psycopg.connect(database.pooled, prepare_threshold=None) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)


@pytest.mark.parametrize(
    "ask",
    [lambda states: states.all(), lambda states: states.checked([STATE]), lambda states: states.in_gold([(DAY, 1)], 5)],
    ids=["all", "checked", "in_gold"],
)
def test_without_postgres_every_question_says_so(ask: Callable[[DayStates], object]) -> None:
    with pytest.raises(StateUnreachable, match=r"Postgres: .*Connection refused"):
        ask(DayStates("host=127.0.0.1 port=1 password=made-up-secret"))


def test_a_frozen_pooler_is_not_waited_for(
    states: DayStates, postgres: PostgresParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "CONNECT_TIMEOUT_S", 2)  # the least that libpq knows
    assert postgres.pooler.pid is not None
    os.kill(postgres.pooler.pid, signal.SIGSTOP)
    try:
        with pytest.raises(StateUnreachable, match="timeout"):
            states.all()
    finally:
        os.kill(postgres.pooler.pid, signal.SIGCONT)


def test_a_database_without_the_tables_says_so(database: PostgresEndpoint) -> None:
    with pytest.raises(StateUnreachable, match='relation "days" does not exist'):
        DayStates(database.pooled).all()
