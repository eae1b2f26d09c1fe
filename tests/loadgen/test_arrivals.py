"""Arrival plans are pure: numbers in, numbers out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from loadgen.arrivals import Arrivals, Phase
from loadgen.olist_profile import hourly_weights

S = 1_000_000_000
phases = st.lists(
    st.builds(
        Phase,
        st.floats(0.01, 20),
        st.floats(0.01, 200),
        st.none() | st.floats(0, 200),
        st.integers(0, 7),
    )
    | st.builds(
        Phase,
        st.floats(0.01, 20),
        st.floats(0.01, 200),
        weights=st.lists(st.floats(0, 10), min_size=1, max_size=30).filter(any).map(tuple),
    ),
    min_size=1,
    max_size=3,
)


def due(plan: Arrivals, per_chunk: int = 1000) -> NDArray[np.int64]:
    return np.concatenate([*plan.due_ns(per_chunk), np.empty(0, np.int64)])


def test_a_constant_rate_is_evenly_spaced() -> None:
    assert due(Arrivals([Phase(1.25, 4)])).tolist() == [0, 250_000_000, 500_000_000, 750_000_000, 1_000_000_000]


def test_each_phase_begins_when_the_one_before_is_over() -> None:
    plan = Arrivals([Phase(1, 2), Phase(2, 1), Phase(0.5, 4)])
    assert (due(plan) / S).tolist() == [0, 0.5, 1, 2, 3, 3.25]
    assert (plan.count, plan.duration_s) == (6, 3.5)


def test_a_slope_has_the_events_of_its_mean_rate_and_denser_ones_later() -> None:
    """Rate 10 t over ten seconds: event x is due at sqrt(x / 5)."""
    plan = Arrivals([Phase(10, 0, to_rate_per_s=100)])
    assert plan.count == 500
    assert due(plan) / S == pytest.approx(np.sqrt(np.arange(500) / 5), abs=1e-6)


def test_a_falling_slope_mirrors_a_rising_one() -> None:
    rising, falling = (due(Arrivals([Phase(4, first, last)])) / S for first, last in ((10, 90), (90, 10)))
    assert len(rising) == len(falling) == 200
    assert falling[1:] == pytest.approx(4 - rising[:0:-1], abs=1e-6)


def test_weights_give_the_rate_its_course_and_leave_its_mean() -> None:
    plan = Arrivals([Phase(4, 100, weights=(0, 1, 2, 1))])
    per_second = np.bincount((due(plan) // S).astype(int))
    assert per_second.tolist() == [50, 150, 150, 50]
    assert plan.count == 400


def test_a_days_rate_is_that_of_its_hours_from_one_to_the_next() -> None:
    weights = hourly_weights(week=False)
    plan = Arrivals([Phase(24, 10_000, weights=weights)])
    per_hour = np.bincount((due(plan) // S).astype(int))
    between = [(a + b) / 2 for a, b in zip(weights, [*weights[1:], weights[0]], strict=True)]
    assert per_hour / per_hour.sum() == pytest.approx(np.array(between) / sum(between), abs=1e-5)
    assert (len(weights), len(hourly_weights(week=True))) == (24, 168)
    assert int(np.argmin(per_hour)) == int(np.argmin(between)) in range(3, 6)


def test_steps_lead_from_the_first_rate_to_the_last() -> None:
    plan = Arrivals([Phase(3, 10, to_rate_per_s=30, steps=3)])
    per_second = np.bincount((due(plan) // S).astype(int))
    assert per_second.tolist() == [10, 20, 30]
    assert plan.count == 60


@given(phases, st.integers(50, 500), st.none() | st.integers(0, 5))
def test_no_event_is_due_before_the_one_before_it_or_after_the_end(
    given: list[Phase], per_chunk: int, seed: int | None
) -> None:
    if not any(phase.rate_per_s or phase.to_rate_per_s for phase in given):
        return
    plan = Arrivals(given, seed)
    times = due(plan, per_chunk)
    assert (np.diff(times) >= 0).all()
    assert len(times) == 0 or 0 <= times[0] <= times[-1] <= plan.duration_s * S
    if seed is None:
        assert len(times) == plan.count
    else:
        assert len(times) == pytest.approx(plan.count, abs=len(given) * 10 + 6 * math.sqrt(plan.count + 1))


@given(phases)
def test_chunks_are_a_matter_of_size_alone(given: list[Phase]) -> None:
    plan = Arrivals(given)
    assert due(plan, 77).tolist() == due(plan, 10**6).tolist()


@given(st.integers(1, 10_000), st.integers(1, 20))
def test_the_plan_does_not_drift(rate: int, seconds: int) -> None:
    assert due(Arrivals([Phase(seconds + 1, rate)]))[rate * seconds] == pytest.approx(seconds * S, abs=1000)


def test_so_many_events_take_until_the_next_would_be_due() -> None:
    plan = Arrivals([Phase(1, 4), Phase(1, 2)])
    assert [plan.span_s(events) for events in (0, 3, 4, 5, 6, 7)] == [0, 0.75, 1, 1.5, 2, 2]


def test_random_arrivals_have_exponential_gaps_and_poisson_counts() -> None:
    times = due(Arrivals([Phase(100, 1000)], poisson_seed=1)) / S
    gaps = np.diff(times)
    assert len(times) == pytest.approx(100_000, abs=5 * math.sqrt(100_000))
    assert gaps.std() / gaps.mean() == pytest.approx(1, abs=0.02)
    assert (gaps > 1e-3).mean() == pytest.approx(math.exp(-1), abs=0.01)
    per_100_ms = np.bincount((times * 10).astype(int), minlength=1000)
    assert per_100_ms.var() / per_100_ms.mean() == pytest.approx(1, abs=0.25)


def test_random_arrivals_follow_the_slope() -> None:
    times = due(Arrivals([Phase(10, 1, to_rate_per_s=9_999), Phase(10, 1000)], poisson_seed=2)) / S
    counts = np.bincount(times.astype(int), minlength=20)
    expected = [*(500 + 1000 * second for second in range(10)), *[1000] * 10]
    assert np.abs(counts - expected).max() < 5 * math.sqrt(10_000)


def test_the_same_seed_plans_the_same_arrivals_and_another_others() -> None:
    one, again, other = (due(Arrivals([Phase(1, 1000)], seed)).tolist() for seed in (3, 3, 4))
    assert one == again != other


@pytest.mark.parametrize(
    "phase",
    [
        Phase(0, 1),
        Phase(1, 0),
        Phase(1, -1),
        Phase(1, 1, -1),
        Phase(float("inf"), 1),
        Phase(1, float("nan")),
        Phase(1, 1, 2, -1),
    ],
)
def test_a_phase_without_duration_or_rate_is_refused(phase: Phase) -> None:
    with pytest.raises(ValueError, match="allowed are a duration above 0 and rates from 0, one of them above 0"):
        Arrivals([phase])


def test_no_phase_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed is one at least"):
        Arrivals([])
