"""A rate holds if every verdict is passed, the load and its acks kept pace, and the lag did not grow."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from reports.capacity import Pace
from reports.record import Verdict
from scenarios.model.library import load
from scenarios.runner.capacity import Probe, judge, lag_and_pace
from scenarios.runner.samples import KAFKA_QUEUE, LoadSample, QueueSample, Samples
from tests.records import a_record

RATE_PER_S = 1_000.0
IN_STRIDE = Pace(20.0, RATE_PER_S, RATE_PER_S, RATE_PER_S)
SCENARIO = load("quickstart").model_copy(update={"at_most": {"ack_p99_ms": 50.0}, "at_least": {}, "flush_seconds": 2.0})


def verdict(passed: bool | None, observed: str = "12.5") -> Verdict:
    return Verdict(name="ack_p99_ms", passed=passed, observed=observed, expected="at most 50")


def a_probe(passed: bool | None = True, growth: float | None = 0.0, paced: Pace | None = IN_STRIDE) -> Probe:
    return judge(a_record(verdicts=[verdict(passed)]), SCENARIO, RATE_PER_S, growth, paced)


def test_a_rate_at_which_all_is_as_it_should_be_holds() -> None:
    probe = a_probe()
    assert (probe.holds, probe.why_not, probe.doubts) == (True, (), ())
    assert (probe.figures, probe.acked_per_s) == ({"ack_p99_ms": 12.5}, RATE_PER_S)


def test_a_broken_promise_is_why_it_does_not_hold() -> None:
    assert a_probe(passed=False).why_not == ("ack_p99_ms is 12.5, at most 50",)


def test_what_cannot_be_judged_is_a_doubt_and_does_not_hold_for_certain() -> None:
    probe = a_probe(passed=None)
    assert (probe.holds, probe.why_not, probe.doubts) == (False, (), ("ack_p99_ms is 12.5, at most 50",))


@pytest.mark.parametrize(("growth", "holds"), [(1_000.0, True), (1_001.0, False)])
def test_the_lag_may_differ_by_half_of_what_comes_in_during_a_window(growth: float, holds: bool) -> None:
    assert a_probe(growth=growth).holds is holds


def test_acks_that_fall_behind_do_not_hold() -> None:
    late = Pace(20.0, RATE_PER_S, RATE_PER_S, 950.0)
    assert a_probe(paced=late).why_not == ("950 events/s were acknowledged of 1,000 planned",)


def test_a_run_is_read_as_it_was_while_events_were_sent(tmp_path: Path) -> None:
    samples, second = Samples(), 10**9
    for s in range(41):
        due = min(s, 20) * 1_000
        if s <= 21:
            samples.load.append(LoadSample(s * second, due, due, max(0, due - 100), 0, 0))
        # While it is sent the lag grows by 50 a second; what it is after the load is the drain's affair.
        samples.queues.append(QueueSample(s * second, KAFKA_QUEUE, s % 2 * 500 + (50 * s if s <= 21 else 90_000)))
        samples.queues.append(QueueSample(s * second, "another", 1_000 * s))
    for name, table in samples.tables().items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    growth, paced = lag_and_pace(tmp_path, window_s=2.0)
    assert growth == pytest.approx(50 * 21)
    assert paced is not None
    assert (paced.seconds, paced.offered_per_s, paced.acked_per_s) == pytest.approx((18.0, 1_000.0, 1_000.0))


def test_what_was_not_seen_is_a_doubt(tmp_path: Path) -> None:
    for name, table in Samples().tables().items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    growth, paced = lag_and_pace(tmp_path, window_s=2.0)
    probe = a_probe(growth=growth, paced=paced)
    assert (probe.holds, probe.why_not, len(probe.doubts)) == (False, (), 2)
