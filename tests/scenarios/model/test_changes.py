import pytest

from chaos.slow_consumer import SlowConsumer
from scenarios.model.changes import Change, change, plain
from scenarios.model.errors import InvalidScenario, Place
from scenarios.model.scenario import Phase, Scenario

MADE_IN_PYTHON = Scenario(
    name="made",
    story="Made in Python.",
    phases=(Phase(for_s=10, rate_per_s=10),),
    faults=(SlowConsumer(at_s=1, part="writer-1"),),
)


def test_a_scenario_made_in_python_is_plain_as_a_file_says_it() -> None:
    values = plain(MADE_IN_PYTHON)
    assert values["faults"] == [{"fault": "slow-consumer", "at_s": 1, "part": "writer-1"}]
    assert (values["seed"], "name" in values) == (1, False)


def test_a_fault_becomes_another_by_its_name_alone() -> None:
    changed = change(MADE_IN_PYTHON, [Change("faults.0.fault", "kill", Place("here"))])
    assert [fault.fault for fault in changed.faults] == ["kill"]


def test_a_changed_scenario_leaves_the_first_and_the_change_as_they_were() -> None:
    phase = {"for_s": 5, "rate_per_s": 1}
    asked = [Change("phases", [phase], Place("here")), Change("phases.0.rate_per_s", 2, Place("here"))]
    assert change(MADE_IN_PYTHON, asked).phases[0].rate_per_s == 2
    assert (MADE_IN_PYTHON.phases[0].rate_per_s, phase["rate_per_s"]) == (10, 1)


def test_every_change_that_leads_nowhere_is_named_with_its_place() -> None:
    asked = [Change("phases.7.for_s", 1, Place("one")), Change("faults.x", 1, Place("two", 5))]
    with pytest.raises(InvalidScenario) as raised:
        change(MADE_IN_PYTHON, asked)
    assert [str(problem.place) for problem in raised.value.problems] == ["one", "two, line 5"]
