"""The search ends near the highest rate that holds, whatever that is; a lag that grows is told from a saw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.capacity import Pace, lag_growth, next_rate, pace


@given(st.floats(2, 1e5), st.floats(1, 1e5), st.floats(0.02, 0.5))
def test_the_search_ends_near_the_highest_rate_that_holds(truth: float, first: float, resolution: float) -> None:
    tried: dict[float, bool] = {}
    while (rate := next_rate(tried, first, 2e5, resolution)) is not None:
        assert rate not in tried
        assert len(tried) < 60
        tried[rate] = rate <= truth
    held = max(rate for rate, holds in tried.items() if holds)
    assert held <= truth <= held * (1 + resolution)


def test_nothing_above_the_most_is_tried_and_nothing_below_the_least() -> None:
    assert next_rate({800.0: True}, 800, 1000, 0.1) == 1000
    assert next_rate({800.0: True, 1000.0: True}, 800, 1000, 0.1) is None
    assert next_rate({1.0: False}, 1, 1000, 0.1) is None
    assert next_rate({1.5: False}, 1.5, 1000, 0.1) == 1.0


AT_S = np.arange(0, 20, 0.5)


def saw(growth_per_s: float, window_s: float = 5.0, rate_per_s: float = 100.0) -> np.ndarray:
    return AT_S % window_s * rate_per_s + AT_S * growth_per_s


@pytest.mark.parametrize("growth_per_s", [0.0, 10.0, -10.0])
def test_a_saw_grows_by_what_its_teeth_grow(growth_per_s: float) -> None:
    assert lag_growth(AT_S, saw(growth_per_s), 5.0) == pytest.approx(growth_per_s * 19.5, abs=1)


def test_too_little_to_see_is_told_as_such() -> None:
    assert lag_growth(AT_S[:20], saw(100.0)[:20], 5.0) is None
    assert lag_growth(np.array([]), np.array([]), 5.0) is None


def test_a_last_window_that_was_not_seen_whole_says_nothing() -> None:
    at_s = np.arange(0, 21.5, 0.5)
    assert lag_growth(at_s, at_s % 5 * 100, 5.0) == pytest.approx(0, abs=1)
    assert lag_growth(at_s, at_s % 5 * 100 + at_s * 10, 5.0) == pytest.approx(210, abs=1)


RATE = 1_000.0


def counts(ack_s: float = 0.0, offered_share: float = 1.0, acked_share: float = 1.0, rate: float = RATE) -> Pace:
    """Of 20 s at 1,000 events a second: acks take `ack_s`, or only a share of them is offered, or acknowledged."""
    moments = np.arange(0, 22, 0.5)
    offered = np.floor(np.minimum(moments, 20) * rate * offered_share)
    acked = np.floor(np.clip(moments - ack_s, 0, 20) * rate * offered_share * acked_share)
    found = pace(moments, offered, offered, acked, 1.0)
    assert found is not None
    return found


@pytest.mark.parametrize("ack_s", [0.0, 0.2, 0.9])
@pytest.mark.parametrize("rate", [2.0, 1_000.0])
def test_acks_that_always_take_as_long_keep_pace(ack_s: float, rate: float) -> None:
    paced = counts(ack_s, rate=rate)
    assert (paced.seconds, paced.offered_per_s, paced.acked_per_s) == pytest.approx((18.5, rate, rate), rel=0.01)
    assert paced.why_not_kept(rate, 0.995, at_random=False) == []


def test_one_bad_moment_is_not_a_pace() -> None:
    moments = np.arange(0, 22, 0.5)
    offered = np.minimum(moments, 20) * RATE
    acked = offered.copy()
    acked[39] -= 200  # the last before the plan's end: 200 ms
    paced = pace(moments, offered, offered, acked, 1.0)
    assert paced is not None
    assert paced.why_not_kept(RATE, 0.995, at_random=False) == []


def test_what_falls_behind_by_more_than_a_share_is_told() -> None:
    assert counts(offered_share=0.99).why_not_kept(RATE, 0.995, at_random=False) == [
        "990 events/s were offered of 1,000 planned"
    ]
    assert counts(acked_share=0.99).why_not_kept(RATE, 0.995, at_random=False) == [
        "990 events/s were acknowledged of 1,000 planned"
    ]
    assert counts(acked_share=0.996).why_not_kept(RATE, 0.995, at_random=False) == []


def test_what_arrives_at_random_may_be_as_few_as_chance_has_it() -> None:
    # Of 18,500 events about 136 is one standard deviation.
    assert counts(offered_share=0.98).why_not_kept(RATE, 0.995, at_random=True) == []
    assert counts(offered_share=0.96).why_not_kept(RATE, 0.995, at_random=True) != []


def test_a_load_of_which_nothing_was_seen_has_no_pace() -> None:
    assert pace(np.array([]), np.array([]), np.array([]), np.array([]), 1.0) is None
    assert pace(np.arange(3.0), np.arange(3.0), np.arange(3.0), np.arange(3.0), 0.0) is None
