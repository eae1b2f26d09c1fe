"""What else the machine did, from two readings of /proc/stat and a sleeper."""

import threading
from itertools import count

import pytest

from reports.histogram import Histogram
from scenarios.runner.noise import CpuTimes, Sleeper, noise, read_cpu_times

QUIET = Histogram()
IDLE = CpuTimes(busy_s=100, stolen_s=0, total_s=1_000)


def after(busy_s: float, stolen_s: float = 0) -> CpuTimes:
    """Ten seconds of two cores later."""
    return CpuTimes(100 + busy_s, stolen_s, 1_020)


def late(microseconds: int) -> Histogram:
    histogram = Histogram()
    histogram.record([microseconds] * 1_000)
    return histogram


def test_the_runs_own_work_is_no_noise() -> None:
    assert not noise(IDLE, after(15), 15, late(100)).too_noisy


@pytest.mark.parametrize(
    ("end", "sleeper", "why"),
    [
        (after(10), QUIET, "other processes used 50% of the CPU"),
        (after(0, stolen_s=2), QUIET, "the hypervisor kept 10% of the CPU"),
        (after(0), late(80_000), "a sleeper woke 80 ms late"),
    ],
)
def test_what_makes_a_machine_too_noisy_is_said(end: CpuTimes, sleeper: Histogram, why: str) -> None:
    found = noise(IDLE, end, 0, sleeper)
    assert found.too_noisy
    assert why in found.why


def test_the_kernels_counters_are_read_in_seconds() -> None:
    text = "cpu  100 200 300 4000 500 10 20 30 7 8\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
    found = read_cpu_times(100, text)
    assert (found.busy_s, found.stolen_s, found.total_s) == pytest.approx((6.3, 0.3, 51.6))


def test_this_machines_counters_only_grow() -> None:
    first = read_cpu_times(100)
    assert read_cpu_times(100).total_s >= first.total_s > 0


def test_a_sleeper_counts_each_time_it_wakes_and_how_late() -> None:
    looks, has_slept = count(), threading.Event()

    def now_ns() -> int:
        look = next(looks)
        if look == 2 * 5:
            has_slept.set()
        return look * 20_000_000

    sleeper = Sleeper(now_ns)
    sleeper.start()
    assert has_slept.wait(30)
    found = sleeper.stop()
    assert found.count == next(looks) // 2
    assert (quantiles := found.quantiles()) is not None
    assert quantiles.p50 == quantiles.max == pytest.approx(10.0, rel=0.001)
    assert sleeper.stop().count == found.count
