"""The closed form of a freeze, held against a simulation that knows nothing of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.freeze import frozen_quantile_s


@given(st.floats(0.1, 10), st.floats(0, 10), st.floats(0, 10), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_it_is_what_events_that_wait_for_the_thaw_wait(freeze_s: float, lead_s: float, tail_s: float, q: float) -> None:
    load_s = lead_s + freeze_s + tail_s
    due = np.linspace(0, load_s, 200_001)
    thaw_s = lead_s + freeze_s
    waited = np.where((due >= lead_s) & (due < thaw_s), thaw_s - due, 0.0)
    assert frozen_quantile_s(q, freeze_s, load_s) == pytest.approx(np.quantile(waited, q), abs=load_s * 1e-4)


def test_a_quantile_that_the_freeze_does_not_reach_is_nothing() -> None:
    assert frozen_quantile_s(0.5, 1.0, 10.0) == 0.0
