"""How long a day takes to gold in a warm process: `keystone dag run` of several, all but the first of them timed."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.figures import Round, measure
from tests.scenarios.conftest import FINE, KEYSTONE, run_keystone
from tests.stacks import running_stack

pytest.importorskip("airflow", reason="needs the extra airflow")

FULL_DAYS: Final = ("2019-03-01", "2019-03-02", "2019-03-03")
"""Of some hundred thousand orders each, one in two hundred bad."""

LOAD: Final = (
    *("--set", "warm_up_s=0", "--set", "at_least={}", "--set", "at_most={}"),
    *("--set", "drain_within_s=600"),  # nobody asks how long the writer takes
)
FULL: Final = (
    *("--set", "phases=[{for_s: 100, rate_per_s: 3000}]", "--set", f"first_day={FULL_DAYS[0]}"),
    *("--set", f"last_day={FULL_DAYS[-1]}", "--set", "bad_rows={null-customer: 0.003, repeated-version: 0.002}"),
)
BUSIEST: Final = 3


@pytest.fixture
def stack(tmp_path: Path, real_orders: Path) -> Iterator[Path]:
    """The state folder of a stack with the real orders in silver, and a few full days."""
    state = tmp_path / "state"
    with running_stack(state):
        for events in (FULL, ("--events", f"csv:{real_orders}")):
            ran = run_keystone(tmp_path, "run", "quickstart", *events, *LOAD, "--state-dir", state)
            assert ran.code in FINE, ran.err
        yield state


def test_days_in_a_warm_process(benchmark: BenchmarkFixture, stack: Path, tmp_path: Path) -> None:
    marked = run_keystone(tmp_path, "dag", "mark", "--state-dir", stack, "--json").json
    real = sorted((one for one in marked if one["day"] < "2019"), key=lambda one: int(one["rows"]))
    warm_up, busiest = real[-BUSIEST - 1]["day"], [one["day"] for one in real[-BUSIEST:]]
    full_rows = [one["rows"] for one in marked if one["day"] in FULL_DAYS]
    assert min(full_rows) > 85_000
    took = timed(stack, [warm_up, *(day for pair in zip(busiest, FULL_DAYS, strict=True) for day in pair)])
    days = iter(zip(busiest, FULL_DAYS, strict=True))

    def once() -> Round:
        real_day, full_day = next(days)
        return {
            (f"A busy day of the real orders, the busiest of {real[-1]['rows']}, to gold in a warm process", "s"): took[
                real_day
            ],
            (f"A day of {min(full_rows):,} to {max(full_rows):,} made-up orders, likewise", "s"): took[full_day],
        }

    measure(benchmark, once, rounds=BUSIEST)


def timed(state: Path, days: Sequence[str]) -> dict[str, float]:
    """Day → seconds from the end of the one before to its own, of all but the first."""
    command: list[Any] = [
        KEYSTONE,
        "dag",
        "run",
        "--state-dir",
        state,
        *(word for day in days for word in ("--day", day)),
    ]
    took: dict[str, float] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            running.stdout.readline()
            for day in days[1:]:
                began = time.perf_counter()
                assert running.stdout.readline().startswith(day)
                took[day] = time.perf_counter() - began
        except BaseException:
            running.kill()
            raise
    assert running.returncode == 0
    return took
