"""Arrival plans are pure: numbers in, numbers out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgen.arrivals import Arrivals, Phase

phases = st.lists(st.builds(Phase, st.floats(0.01, 1_000), st.floats(0.01, 100_000)), min_size=1, max_size=5)


def test_a_constant_rate_is_evenly_spaced() -> None:
    plan = Arrivals([Phase(1.25, 4)])
    assert [plan.offset_ns(i) for i in range(5)] == [0, 250_000_000, 500_000_000, 750_000_000, 1_000_000_000]


def test_each_phase_begins_when_the_one_before_is_over() -> None:
    plan = Arrivals([Phase(1, 2), Phase(2, 1), Phase(0.5, 4)])
    assert [plan.offset_ns(i) for i in range(6)] == [
        0,
        500_000_000,
        1_000_000_000,
        2_000_000_000,
        3_000_000_000,
        3_250_000_000,
    ]
    assert (plan.count, plan.duration_s) == (6, 3.5)


def test_nothing_is_due_beyond_the_last_event() -> None:
    assert Arrivals([Phase(1, 10)]).offset_ns(10) is None


@given(phases)
def test_no_event_is_due_before_the_one_before_it(given: list[Phase]) -> None:
    plan = Arrivals(given)
    some = range(0, plan.count, max(1, plan.count // 500))
    due = [plan.offset_ns(index) for index in some]
    assert due == sorted(due, key=lambda ns: -1 if ns is None else ns)
    assert None not in due


@given(st.integers(1, 100_000), st.integers(1, 1_000))
def test_the_plan_does_not_drift(rate: int, seconds: int) -> None:
    assert Arrivals([Phase(seconds + 1, rate)]).offset_ns(rate * seconds) == seconds * 1_000_000_000


@pytest.mark.parametrize(
    "phase", [Phase(0, 1), Phase(1, 0), Phase(1, -1), Phase(float("inf"), 1), Phase(1, float("nan"))]
)
def test_a_phase_without_duration_or_rate_is_refused(phase: Phase) -> None:
    with pytest.raises(ValueError, match="allowed are a duration and a rate above 0"):
        Arrivals([phase])


def test_no_phase_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed is one at least"):
        Arrivals([])
