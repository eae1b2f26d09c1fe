"""The search ends near the highest rate that holds, whatever that is; a lag that grows is told from a saw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.capacity import lag_growth, next_rate


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


AT_S = np.arange(0, 20, 0.5)


def saw(growth_per_s: float, window_s: float = 5.0, rate_per_s: float = 100.0) -> np.ndarray:
    return AT_S % window_s * rate_per_s + AT_S * growth_per_s


@pytest.mark.parametrize("growth_per_s", [0.0, 10.0, -10.0])
def test_a_saw_grows_by_what_its_teeth_grow(growth_per_s: float) -> None:
    assert lag_growth(AT_S, saw(growth_per_s), 5.0) == pytest.approx(growth_per_s * 19.5, abs=1)


def test_too_little_to_see_is_no_growth() -> None:
    assert lag_growth(AT_S[:20], saw(100.0)[:20], 5.0) == 0
    assert lag_growth(np.array([]), np.array([]), 5.0) == 0
