"""The steps of a day to gold: repeated, killed in the middle, without a verdict, told of."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reference.days.steps import FAILPOINTS
from reference.errors import NoMarker, NoVerdict
from reference.warehouse.athena import Athena
from tests.reference.day_lake import DAY, DayLake, order
from tests.reference.days.stepping import ROWS, Days, Killed
from tests.scenarios.targets.embedded.athena.api.waiting import ended
from tests.scenarios.targets.embedded.athena.serving import OUTPUT


def test_a_day_that_nobody_has_marked_is_not_begun(days: Days) -> None:
    days.lake.add(ROWS)
    with pytest.raises(NoMarker, match="2018-05-24"):
        days.run()


@pytest.mark.parametrize(
    "failpoint",
    [pytest.param(name, marks=() if name in ("quarantined", "gold") else pytest.mark.slow) for name in FAILPOINTS],
)
def test_killed_at_any_step_and_run_again_it_comes_to_the_same(days: Days, failpoint: str) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    with pytest.raises(Killed):
        days.run(kill_at=failpoint)
    assert bool(days.lake.views()) == (failpoint in ("viewed", "judged"))
    [checked] = days.run()
    assert_where_they_belong(days.lake)
    assert (checked.rows, checked.failing) == (40, 2)
    [state] = days.steps.states.all()
    assert (state.rows, state.failing, state.route) == (40, 2, "quarantine")
    assert state.gold_ns is not None
    assert days.lake.views() == []
    # Rather twice than never: nobody knows whether the one that was killed with its note unwritten had come through.
    assert len(days.mailbox.taken) == 1


def assert_where_they_belong(lake: DayLake) -> None:
    """Each of ROWS, once."""
    assert lake.quarantined() == {(0, 1): ["customer-present"], (0, 3): ["price-above-zero", "version-once"]}
    assert {state: values[:2] for (_, state), values in lake.gold().items()} == {
        "SP": (37, "370.00"), "RJ": (1, "10.00")
    }  # fmt: skip


class Leaver:
    """Athena's client for a task that gives up as soon as its statement has begun: nobody waits, nobody stops it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.begun: list[str] = []

    def start_query_execution(self, **asked: Any) -> dict[str, Any]:
        self.begun.append(self._client.start_query_execution(**asked)["QueryExecutionId"])
        raise Killed


def test_a_task_that_gave_up_while_its_query_went_on_and_was_run_again_meanwhile_comes_to_the_same(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    checked = days.judged()
    leaver = Leaver(days.lake.client)
    leaving = replace(days.steps, athena=Athena(leaver, output=OUTPUT))
    for left, again in ((leaving.quarantine, days.steps.quarantine), (leaving.gold, days.steps.gold)):
        with pytest.raises(Killed):
            left(checked)
        # This one comes to its end before the task is run again, the next ones beside it; which is first is open.
        assert ended(days.lake.client, leaver.begun[-1])["Status"]["State"] == "SUCCEEDED"
        for _ in range(2):
            with pytest.raises(Killed):
                left(checked)
        again(checked)
    for name in leaver.begun:
        ended(days.lake.client, name)
    assert_where_they_belong(days.lake)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"customer-present": 0}, "customer-present: 0 and 1"),
        ({"customer-present": 2}, "customer-present: 2 and 1"),
        ({"state-known": 1, "version-once": 0}, "state-known: 1 and 0, version-once: 0 and 1"),
    ],
)
def test_a_checkpoint_that_finds_something_else_than_the_count_is_no_verdict(
    days: Days, seen: Mapping[str, int], told: str
) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    with pytest.raises(NoVerdict, match=told):
        days.run(seen=seen)
    assert days.steps.states.all() == []
    assert days.lake.gold() == {}


def test_rows_that_are_missing_since_the_day_was_marked_are_no_verdict(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    days.lake.athena.run('DELETE FROM silver.orders WHERE "offset" = 5')
    with pytest.raises(NoVerdict, match="39 rows of 2018-05-24, its marker says 40"):
        days.run()


def test_a_day_of_which_too_much_fails_is_held_and_told_of_once(days: Days) -> None:
    days.lake.add([*ROWS, order(50, price="0.00")])
    days.lake.mark()
    for _ in range(2):
        [checked] = days.run()
        assert checked.route(days.steps.most_failing) == "held"
    assert days.lake.gold() == {}
    assert days.lake.quarantined() == {}
    [alert] = days.mailbox.taken
    assert (alert.key, alert.count, alert.total) == ("held-day/2018-05-24/1", 3, 41)
    assert alert.by_reason["price-above-zero"] == 2
    assert alert.sample[0] == "partition 0, offset 1, customer-present: order o1"
    assert days.lake.athena.rows(alert.query) == [
        ["0", "1", "customer-present", "o1"],
        ["0", "3", "price-above-zero version-once", "o0"],
        ["0", "40", "price-above-zero", "o50"],
    ]


def test_a_day_that_is_named_twice_is_taken_to_gold_once(days: Days) -> None:
    days.lake.add([order(0), order(1)])
    days.lake.mark()
    assert len(days.steps.pin([DAY, DAY])) == 1


def test_late_rows_open_the_day_again_and_are_told_of_anew(days: Days) -> None:
    days.lake.add(ROWS)
    assert days.lake.mark() == [1]
    days.run()
    assert days.lake.mark() == []
    days.lake.add([order(60), order(61)], first=60)
    assert days.lake.mark() == [2]
    days.run()
    assert days.lake.gold()[DAY, "SP"] == (39, "390.00", "58.50", 2)
    assert [alert.key for alert in days.mailbox.taken] == ["quarantine/2018-05-24/1", "quarantine/2018-05-24/2"]


def test_little_in_quarantine_is_not_told_of_and_a_clean_day_neither(days: Days) -> None:
    days.steps = replace(days.steps, alert_above=0.05)
    days.lake.add(ROWS)
    days.lake.mark()
    days.run()
    assert days.mailbox.taken == []
