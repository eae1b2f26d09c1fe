from typing import Any

import pytest
from pydantic import ValidationError

from chaos.kill import Kill
from scenarios.model.scenario import Phase, Scenario

LOAD = (Phase(for_s=10, rate_per_s=100), Phase(for_s=5, rate_per_s=0.5))


def scenario(**keys: Any) -> Scenario:
    return Scenario(**{"name": "a-load", "story": "A load.", "phases": LOAD} | keys)


def test_the_load_takes_as_long_as_its_phases() -> None:
    assert scenario().duration_s == 15


@pytest.mark.parametrize(
    ("events", "planned"),
    [("generated", 1002), ("csv:folder", 1002), ("generated:7", 7), ("generated:5000", 1002)],
)
def test_as_many_events_are_planned_as_are_due_or_asked_for(events: str, planned: int) -> None:
    assert scenario(events=events).planned_events == planned


def test_what_must_not_happen_is_bounded_by_zero_unless_a_scenario_bounds_it() -> None:
    bounded = scenario(at_most={"failed": 5, "drain_s": 9}, at_least={"unknown": 1})
    assert bounded.upper_bounds == {"failed": 5, "drain_s": 9, "duplicated_by_client": 0, "quarantined": 0}


def test_a_scenario_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        scenario().seed = 2


def test_a_fault_may_begin_with_the_load_and_at_its_very_end_but_not_later() -> None:
    for at_s in (0, 15):
        assert scenario(faults=(Kill(at_s=at_s, part="kafka"),)).faults[0].at_s == at_s
    with pytest.raises(ValidationError, match="at most 15, when the phases end"):
        scenario(faults=(Kill(at_s=15.001, part="kafka"),))


def test_a_scenario_in_which_no_event_is_due_is_none() -> None:
    with pytest.raises(ValidationError, match="one event at least"):
        scenario(phases=(Phase(for_s=1, rate_per_s=0.4),))
