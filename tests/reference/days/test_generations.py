"""Each set of rows by each set of rules is a generation of its day: what is done of an older one undoes nothing."""

from dataclasses import replace

import pytest

from reference.days.markers import Marker
from reference.days.steps import DaySteps
from reference.errors import NoVerdict
from reference.quality.rules import NotNull
from reference.warehouse.day import Checked
from tests.reference.day_lake import DAY, history, order
from tests.reference.days.stepping import ROWS, Days


def with_rules(steps: DaySteps, *names: str) -> DaySteps:
    """The same steps by fewer rules."""
    return replace(steps, rules=[rule for rule in steps.rules if rule.name in names])


def pinned_by_other_rules(days: Days) -> list[Checked]:
    """ROWS, in gold by all rules, and pinned for a check by fewer: which needs a generation of its own."""
    days.lake.add(ROWS)
    days.lake.mark()
    days.run()
    days.steps = with_rules(days.steps, "price-above-zero")
    return days.steps.pin([DAY])


def test_other_rules_open_a_generation_which_statements_of_the_one_before_do_not_undo(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    old_steps, old = days.steps, days.judged()
    days.steps = with_rules(days.steps, "price-above-zero")
    [checked] = days.run()
    assert (checked.generation.number, checked.failing) == (2, 1)
    for late in (old_steps.quarantine, old_steps.gold):
        late(old)
    assert days.lake.quarantined(2) == {(0, 3): ["price-above-zero"]}
    assert days.lake.gold() == {(DAY, "SP"): (38, "380.00", "57.00", 2), (DAY, "RJ"): (1, "10.00", "1.50", 2)}
    markers = history(days.steps.markers, DAY)
    assert [(one.generation, one.rows, one.late_rows) for one in markers] == [(1, 40, 0), (2, 40, 0)]


def test_other_rules_of_the_same_name_that_as_many_rows_break_open_one_too(days: Days) -> None:
    days.lake.add([order(0, customer_id=None), order(1, customer_state=None), order(2)])
    days.lake.mark()
    for number, column in enumerate(("customer_id", "customer_state"), 1):
        days.steps = replace(
            days.steps, rules=[NotNull(name="there", rule="not-null", column=column)], most_failing=0.5
        )
        [checked] = days.run()
        assert (checked.generation.number, checked.by_rule) == (number, {"there": 1})
        assert days.lake.quarantined(number) == {(0, number - 1): ["there"]}


def test_a_check_that_was_pinned_before_others_were_judged_opens_a_generation_behind_all_of_them(days: Days) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    all_rules, pinned = days.steps, days.steps.pin([DAY])
    for number, names in enumerate([("price-above-zero",), ("customer-present",), ("version-once",)], 1):
        days.steps = with_rules(all_rules, *names)
        [checked] = days.steps.judge(pinned, days.description(pinned))
        assert checked.generation.number == number
    assert [one.generation for one in history(days.steps.markers, DAY)] == [1, 2, 3]


@pytest.mark.parametrize("task", ["quarantine", "gold", "alert"])
def test_a_task_that_has_other_rules_than_the_check_refuses(days: Days, task: str) -> None:
    days.lake.add(ROWS)
    days.lake.mark()
    judged = days.judged()
    for other in (with_rules(days.steps, "price-above-zero"), replace(days.steps, most_failing=0.9)):
        with pytest.raises(NoVerdict, match="2018-05-24 was judged by other rules than there are now"):
            getattr(other, task)(judged[0] if task == "alert" else judged)
    assert (days.lake.gold(), days.lake.quarantined(), days.mailbox.taken) == ({}, {}, [])


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
    assert [(one.rows, one.late_rows) for one in history(days.steps.markers, DAY)] == [(40, 0), (42, 2)]
    assert days.lake.gold()[DAY, "SP"] == (39, "390.00", "58.50", 2)


def test_a_check_that_died_between_its_marker_and_its_note_goes_on_where_it_was(days: Days) -> None:
    pinned = pinned_by_other_rules(days)
    days.lake.markers.write(Marker(DAY, 2, 40, 0, 5))
    [checked] = days.steps.judge(pinned, days.description(pinned))
    assert checked.generation.number == 2
    assert len(history(days.steps.markers, DAY)) == 2


def test_a_check_of_rows_that_are_outdated_is_no_verdict_if_it_needs_a_generation(days: Days) -> None:
    pinned = pinned_by_other_rules(days)
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
    old = days.judged()
    late, days.steps = days.steps, old_steps
    [checked] = days.run()
    assert (checked.generation.number, checked.failing) == (2, 2)
    late.gold(old)
    assert days.lake.gold() == {}
    assert days.lake.quarantined(2) == {(0, 0): ["price-above-zero"], (0, 1): ["price-above-zero"]}
