from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.model.errors import InvalidScenario, ScenarioError
from scenarios.model.overrides import override, short, tighten, twin
from scenarios.model.reading import parse_scenario
from scenarios.model.scenario import Scenario
from tests.scenarios.model.strategies import scenarios

BASE = parse_scenario(
    """
story: A load.
phases: [{for_s: 20, rate_per_s: 100}, {for_s: 20, rate_per_s: 200}]
faults: [{fault: slow-consumer, at_s: 30, for_s: 5, part: writer-1, times: 50}]
broken_twin: {story: A trickle., fails: lag_peak, set: {phases.1.rate_per_s: 1, at_least.lag_peak: 9}}
""",
    "base",
    "base.yaml",
)


def refusal(*settings: str) -> str:
    with pytest.raises(InvalidScenario) as raised:
        override(BASE, settings)
    return str(raised.value)


def test_no_setting_is_no_change() -> None:
    assert override(BASE, []) == BASE


def test_settings_reach_into_lists_and_mappings() -> None:
    changed = override(BASE, ["phases.0.rate_per_s=500", "at_most.ack_p99_ms=800", "faults=[]", "seed = 7"])
    assert changed.phases[0].rate_per_s == 500
    assert (changed.at_most, changed.faults, changed.seed) == ({"ack_p99_ms": 800}, (), 7)
    assert changed.phases[1] == BASE.phases[1]


def test_a_later_setting_sees_an_earlier_one() -> None:
    changed = override(BASE, ["phases=[{for_s: 50, rate_per_s: 1}]", "phases.0.for_s=60"])
    assert changed.duration_s == 60


def test_no_value_is_null() -> None:
    assert override(BASE, ["broken_twin="]).broken_twin is None


@pytest.mark.parametrize(
    ("setting", "answer"),
    [
        ("seed", "is 'seed', allowed is KEY=VALUE, such as phases.0.rate_per_s=500"),
        ("=5", "is '=5', allowed is KEY=VALUE"),
        ("seed=-1", "seed is -1, allowed is a whole number from 0"),
        ("seeds=1", "seeds is no key of a scenario"),
        ("name=other", "name is no key of a scenario"),
        ("phases.2.for_s=1", "phases.2.for_s leads nowhere at '2', allowed is an index from 0 to 1"),
        ("phases.-1.for_s=1", "leads nowhere at '-1', allowed is an index from 0 to 1"),
        ("seed.x=1", "seed.x leads nowhere at 'x', allowed is seed alone, which has no keys"),
        ("at_most.ack=1", "at_most.ack is no key of at_most"),
        ("phases.0=5", "phases.0 is 5, allowed is a mapping with keys among for_s, rate_per_s"),
    ],
)
def test_a_setting_that_is_refused_is_named_with_what_is_allowed(setting: str, answer: str) -> None:
    said = refusal("writers=2", setting)
    assert said.startswith(f"--set {setting}: ")
    assert answer in said


def test_a_value_that_is_no_yaml_is_said_to_be_none() -> None:
    assert refusal("phases=[1").startswith("--set phases=[1, line 1: is not YAML")


def test_an_index_into_an_empty_list_is_refused() -> None:
    assert "faults is an empty list" in refusal("faults=[]", "faults.0.at_s=1")


def test_a_parameter_that_a_fault_no_longer_has_is_refused() -> None:
    assert refusal("faults.0.fault=kill").startswith("--set faults.0.fault=kill: faults.0.times is no key of faults.0")


def test_a_contradiction_that_no_setting_names_is_laid_to_all_of_them() -> None:
    said = refusal("phases.0.for_s=1", "phases.1.for_s=1")
    assert said.startswith("--set phases.0.for_s=1, --set phases.1.for_s=1: faults.0.at_s is 30")


def test_the_twin_is_the_scenario_with_what_breaks_it() -> None:
    broken = twin(BASE)
    assert (broken.name, broken.story, broken.broken_twin) == ("base-twin", "A trickle.", None)
    assert (broken.phases[1].rate_per_s, broken.at_least) == (1, {"lag_peak": 9})
    assert broken.faults == BASE.faults


def test_a_scenario_without_a_twin_says_so() -> None:
    with pytest.raises(ScenarioError, match="base has no broken_twin"):
        twin(BASE.model_copy(update={"broken_twin": None}))


def test_a_short_scenario_keeps_proportions_and_how_long_a_fault_lasts() -> None:
    cut = short(BASE, load_s=10)
    assert [phase.for_s for phase in cut.phases] == [5, 5]
    assert (cut.faults[0].at_s, cut.faults[0].for_s, cut.warm_up_s) == (7.5, 5, 1)
    assert [phase.rate_per_s for phase in cut.phases] == [100, 200]


def test_a_load_that_is_short_already_keeps_its_length() -> None:
    assert short(BASE, load_s=100).phases == BASE.phases


@given(scenarios(), st.floats(1, 100))
def test_in_a_short_scenario_every_fault_still_begins_within_the_load(scenario: Scenario, load_s: float) -> None:
    cut = short(scenario, load_s)
    assert all(fault.at_s <= cut.duration_s for fault in cut.faults)
    assert cut.duration_s <= load_s * (1 + 1e-9)
    assert Scenario(**dict(cut)) == cut


PROMISED = override(BASE, ["at_most.ack_p99_ms=800", "at_least.acked_per_s=90"])


@pytest.mark.parametrize(
    ("bounds", "most", "least"),
    [
        ({"ack_p99_ms": 500.0625}, {"ack_p99_ms": 500.0625}, {"acked_per_s": 90}),
        ({"ack_p99_ms": 900, "drain_s": 30}, {"ack_p99_ms": 800, "drain_s": 30}, {"acked_per_s": 90}),
        ({"failed": 5}, {"ack_p99_ms": 800, "failed": 0}, {"acked_per_s": 90}),
        ({"acked_per_s": 95}, {"ack_p99_ms": 800}, {"acked_per_s": 95}),
        ({"acked_per_s": 5}, {"ack_p99_ms": 800}, {"acked_per_s": 90}),
    ],
)
def test_of_two_bounds_the_stricter_one_counts(
    bounds: dict[str, float], most: dict[str, float], least: dict[str, float]
) -> None:
    tight = tighten(PROMISED, bounds)
    assert (dict(tight.at_most), dict(tight.at_least)) == (most, least)


@pytest.mark.parametrize("bound", ["500", None, [1]])
def test_a_promise_that_is_no_number_is_refused(bound: Any) -> None:
    with pytest.raises(InvalidScenario, match="ack_p99_ms"):
        tighten(PROMISED, {"ack_p99_ms": bound})


def test_a_promise_about_no_figure_names_the_figures() -> None:
    with pytest.raises(InvalidScenario, match="p98_ms") as raised:
        tighten(BASE, {"p98_ms": 5})
    assert "ack_p99_ms" in str(raised.value)
