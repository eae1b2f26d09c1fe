"""A recorded load: read, and sent again as it came."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgen.arrivals import Arrivals, Phase
from loadgen.errors import SourceError
from loadgen.trace import read_trace

S = 1_000_000_000

traces = st.lists(st.floats(0, 1e4), min_size=2, max_size=200).map(sorted).filter(lambda t: t[-1] - t[0] > 1e-3)


def due_s(plan: Arrivals) -> "np.typing.NDArray[np.float64]":
    return np.concatenate([*plan.due_ns(64)]) / S


@given(traces, st.floats(-1e5, 1e5))
def test_as_many_events_in_as_much_time_come_as_they_did(times: list[float], began: float) -> None:
    trace = np.array(times) + began
    relative = trace - trace[0]
    whole_s = float(relative[-1] * len(times) / (len(times) - 1))
    plan = Arrivals([Phase(whole_s, len(times) / whole_s, trace=trace)])
    assert plan.count == len(times)
    assert due_s(plan) == pytest.approx(relative, abs=1e-6)


def test_more_events_in_less_time_keep_the_proportions() -> None:
    trace = np.array([0.0, 1, 2, 3, 8, 9])  # 10.8 s with its last gap
    plan = Arrivals([Phase(1.08, 12 / 1.08, trace=trace)])
    assert due_s(plan) == pytest.approx([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.55, 0.8, 0.85, 0.9, 0.99], abs=1e-6)


def test_a_trace_has_its_place_between_other_phases_and_may_come_at_random() -> None:
    phases = [Phase(1, 10), Phase(3, 100, trace=np.array([0.0, 1.0, 1.1, 1.2])), Phase(1, 10)]
    even, random = (Arrivals(phases, seed) for seed in (None, 7))
    assert even.count == 320
    for plan, slack in ((even, 2), (random, 60)):
        due = due_s(plan)
        assert (due[1:] >= due[:-1]).all()
        assert ((due >= 1) & (due < 4)).sum() == pytest.approx(300, abs=slack)
        assert due[-1] < 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1\n2\nthree\n", "line 3 is 'three', allowed is a number of seconds"),
        ("1\ninf\n", "line 2 is 'inf'"),
        ("1\n3\n2.5\n", "line 3 is '2.5', allowed is 3, the one before, or more"),
        ("1\n", "has 1 times, allowed are 2 or more"),
        ("4\n4\n", "2 times that are all 4"),
    ],
)
def test_a_file_that_is_no_trace_is_told_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(text)
    with pytest.raises(SourceError, match=told):
        read_trace(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_trace(tmp_path / "none.txt")
