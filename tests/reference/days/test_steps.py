"""The steps of a day to gold: repeated, killed in the middle, without a verdict, told of."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from reference.days.markers import Marker
from reference.days.steps import FAILPOINTS, DaySteps
from reference.errors import NoMarker, NoVerdict
from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.quality.rule_file import DEFAULT, read_rules
from reference.quality.rules import Unique
from reference.state.alert_keys import AlertKeys
from reference.state.day_states import DayStates
from reference.state.migrating import migrate
from reference.warehouse.athena import Athena
from reference.warehouse.day import Checked
from reference.warehouse.summary import summarize
from scenarios.targets.interface import PostgresEndpoint
from tests.reference.day_lake import DAY, DayLake, order
from tests.reference.mailbox import Mailbox
from tests.reference.quality.descriptions import described, expectations
from tests.scenarios.targets.embedded.athena.api.waiting import ended
from tests.scenarios.targets.embedded.athena.serving import OUTPUT

BAD = [order(1, customer_id=None), order(2, customer_state="RJ"), order(0, price="-1.00")]
ROWS = [order(0), *BAD, *map(order, range(4, 40))]


class Killed(BaseException):
    """The process ended here."""


@dataclass
class Days:
    """The steps on a lake of one day, and where their alerts go."""

    lake: DayLake
    steps: DaySteps
    mailbox: Mailbox

    def run(self, kill_at: str | None = None, seen: Mapping[str, int] | None = None) -> list[Checked]:
        """All of them, as day_run has them; killed when a failpoint is reached.

        Args:
            seen: rule → rows that the checkpoint finds, of the others what is so.
        """
        steps = replace(self.steps, reach=_killer(kill_at))
        pinned = steps.pin([DAY])
        steps.open_view(pinned)
        checked = steps.judge(pinned, self.description(pinned, seen))
        routed = [one for one in checked if one.route(steps.most_failing) != "held"]
        if routed:
            steps.quarantine(routed)
            steps.gold(routed)
        for one in checked:
            steps.alert(one)
        return checked

    def description(self, pinned: list[Checked], seen: Mapping[str, int] | None = None) -> dict[str, Any]:
        """What a checkpoint says that Athena has answered; it finds the first of equal rows, too."""
        rules, generations = self.steps.rules, [one.generation for one in pinned]
        counts: Counter[str] = Counter()
        for one in summarize(self.lake.athena, rules, generations, pinned[0].snapshot_id):
            counts.update(one.by_rule)
        for rule in rules:
            if isinstance(rule, Unique) and counts[rule.name]:
                counts[rule.name] += 1
        return described(expectations(rules, {**counts, **(seen or {})}, DAY_COLUMNS))


def _killer(kill_at: str | None) -> Callable[[str], None]:
    def reach(name: str) -> None:
        assert name in FAILPOINTS
        if name == kill_at:
            raise Killed(name)

    return reach


@pytest.fixture
def days(day_lake: DayLake, database: PostgresEndpoint) -> Days:
    migrate(database.direct)
    mailbox, ticks = Mailbox(), count(1_000)
    steps = DaySteps(
        athena=day_lake.athena,
        rules=read_rules(DEFAULT, SILVER),
        markers=day_lake.markers,
        states=DayStates(database.pooled),
        channels=[mailbox],
        keys=AlertKeys(database.pooled),
        most_failing=0.06,
        alert_above=0.01,
        now_ns=lambda: next(ticks),
        reach=lambda _: None,
    )
    return Days(day_lake, steps, mailbox)


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
    pinned = days.steps.pin([DAY])
    days.steps.open_view(pinned)
    checked = days.steps.judge(pinned, days.description(pinned))
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
    assert "price-above-zero: 2" in alert.sample
    assert days.lake.athena.rows(alert.query) == [
        ["0", "1", "customer-present", "o1"],
        ["0", "3", "price-above-zero version-once", "o0"],
        ["0", "40", "price-above-zero", "o50"],
    ]


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


def with_rules(steps: DaySteps, *names: str) -> DaySteps:
    """The same steps by fewer rules."""
    return replace(steps, rules=[rule for rule in steps.rules if rule.name in names])


def judged(days: Days) -> list[Checked]:
    pinned = days.steps.pin([DAY])
    days.steps.open_view(pinned)
    return days.steps.judge(pinned, days.description(pinned))


def test_other_rules_open_a_generation_which_statements_of_the_one_before_do_not_undo(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    old_steps, old = days.steps, judged(days)
    days.steps = with_rules(days.steps, "price-above-zero")
    [checked] = days.run()
    assert (checked.generation.number, checked.failing) == (2, 1)
    for late in (old_steps.quarantine, old_steps.gold):
        late(old)
    assert days.lake.quarantined(2) == {(0, 3): ["price-above-zero"]}
    assert days.lake.gold() == {(DAY, "SP"): (38, "380.00", "57.00", 2), (DAY, "RJ"): (1, "10.00", "1.50", 2)}
    markers = days.steps.markers.history(DAY)
    assert [(one.generation, one.rows, one.late_rows) for one in markers] == [(1, 40, 0), (2, 40, 0)]


def test_the_same_rules_again_open_none(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    for _ in range(2):
        [checked] = days.run()
        assert checked.generation.number == 1
    assert len(days.steps.states.all()) == 1


def test_another_share_above_which_a_day_is_held_opens_a_generation(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    days.run()
    days.steps = replace(days.steps, most_failing=0.01)
    [checked] = days.run()
    assert (checked.generation.number, checked.route(0.01)) == (2, "held")
    assert {values[3] for values in days.lake.gold().values()} == {1}


def test_rows_that_came_between_two_checks_of_a_generation_open_the_next_and_are_late(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    days.run()
    days.lake.add([order(60), order(61)], first=60)
    [checked] = days.run()
    assert (checked.generation.number, checked.rows) == (2, 42)
    assert days.lake.mark() == []
    assert [(one.rows, one.late_rows) for one in days.steps.markers.history(DAY)] == [(40, 0), (42, 2)]
    assert days.lake.gold()[DAY, "SP"] == (39, "390.00", "58.50", 2)


def test_a_check_that_died_between_its_marker_and_its_note_goes_on_where_it_was(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    days.run()
    days.steps = with_rules(days.steps, "price-above-zero")
    pinned = days.steps.pin([DAY])
    days.lake.markers.write(Marker(DAY, 2, 40, 0, 5))
    [checked] = days.steps.judge(pinned, days.description(pinned))
    assert checked.generation.number == 2
    assert len(days.steps.markers.history(DAY)) == 2


def test_a_check_of_rows_that_are_outdated_is_no_verdict_if_it_needs_a_generation(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    days.run()
    days.steps = with_rules(days.steps, "price-above-zero")
    pinned = days.steps.pin([DAY])
    days.lake.add([order(60)], first=60)
    assert days.lake.mark() == [2]
    with pytest.raises(NoVerdict, match="rows came for 2018-05-24 since it was pinned"):
        days.steps.judge(pinned, days.description(pinned))
    [checked] = days.run()
    assert (checked.generation.number, checked.rows) == (2, 41)


def test_gold_of_a_day_without_a_clean_row_stays_empty_whatever_comes_late(days: Days) -> None:
    days.steps = replace(days.steps, most_failing=1.0)
    days.lake.add([order(0, price="0.00"), order(1, price="0.00")])
    days.lake.mark()
    old_steps = days.steps
    days.steps = with_rules(days.steps, "customer-present")
    old = judged(days)
    late, days.steps = days.steps, old_steps
    [checked] = days.run()
    assert (checked.generation.number, checked.failing) == (2, 2)
    late.gold(old)
    assert days.lake.gold() == {}
    assert days.lake.quarantined(2) == {(0, 0): ["price-above-zero"], (0, 1): ["price-above-zero"]}
