"""Arrival plans are pure: numbers in, numbers out."""

from hypothesis import given
from hypothesis import strategies as st

from loadgen.arrivals import intended_offset_ns

rates = st.floats(0.01, 1_000_000)


def test_a_constant_rate_is_evenly_spaced() -> None:
    assert [intended_offset_ns(i, 4) for i in range(5)] == [0, 250_000_000, 500_000_000, 750_000_000, 1_000_000_000]


@given(st.integers(0, 10**8), rates)
def test_no_event_is_due_before_the_one_before_it(index: int, rate: float) -> None:
    assert intended_offset_ns(index, rate) <= intended_offset_ns(index + 1, rate)


@given(st.integers(1, 100_000), st.integers(1, 1_000))
def test_the_plan_does_not_drift(rate: int, seconds: int) -> None:
    assert intended_offset_ns(rate * seconds, rate) == seconds * 1_000_000_000
