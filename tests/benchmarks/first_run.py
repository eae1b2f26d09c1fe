"""What `make bench` measures: how soon a stack is ready, how long a first run takes, what decoding costs.

    python -m tests.benchmarks.first_run

Writes docs/benchmarks.md. Every figure is the median of RUNS, with the lowest and highest beside it.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from loadgen.source import open_source
from reference.contract.decoding import DecodeContract
from reference.decode.python_decoder import PythonDecoder
from scenarios.targets.embedded.target import EmbeddedTarget

RUNS = 5
EVENTS = 20_000
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CONTRACT = DecodeContract(PythonDecoder.version, frozenset(), date(2100, 1, 1))


def main() -> None:
    """Measure and write the page."""
    with tempfile.TemporaryDirectory(prefix="keystone-bench-") as folder:
        scratch = Path(folder)
        payloads = [event.payload.encode() for event in open_source(f"generated:{EVENTS}", seed=1)]
        floor = _cpu_per_event(lambda: [json.loads(payload) for payload in payloads])
        decode = _cpu_per_event(lambda: PythonDecoder().decode(payloads, CONTRACT))
        ups = _times(lambda: _start_and_stop(scratch / "up"))
        demos = _times(lambda: _quickstart(scratch))
        rows = [
            ("Stack ready, warm (`keystone up`)", "s", ups),
            ("`make demo`'s run: 8,000 events at 2,000/s, stack included", "s", demos),
            ("Decoder in plain Python, CPU per event", "µs", decode),
            ("Floor: `json.loads` alone, CPU per event", "µs", floor),
            ("Decoder ÷ floor", "times", [d / f for d, f in zip(decode, floor, strict=True)]),
        ]
    PAGE.write_text(_page(rows))
    print(PAGE.read_text())


def _times(work: Callable[[], float]) -> list[float]:
    return [work() for _ in range(RUNS)]


def _start_and_stop(folder: Path) -> float:
    began = time.monotonic()
    target = EmbeddedTarget.start(folder)
    took = time.monotonic() - began
    target.down()
    return took


def _quickstart(scratch: Path) -> float:
    keystone = Path(sys.executable).with_name("keystone")
    began = time.monotonic()
    subprocess.run(
        [str(keystone), "run", "quickstart", "--state-dir", str(scratch / "run"), "--out", str(scratch / "out")],
        check=True,
        capture_output=True,
    )
    return time.monotonic() - began


def _cpu_per_event(work: Callable[[], object]) -> list[float]:
    def once() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) / EVENTS * 1e6

    once()
    return _times(once)


def _page(rows: list[tuple[str, str, list[float]]]) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("confluent-kafka", "moto", "pyarrow", "pyiceberg"))
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {packages}"
    load = f"load average {os.getloadavg()[0]:.1f} at the end"
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}; {load}.",
        f"Medians of {RUNS} runs, with the lowest and the highest.",
        "",
        "| what | median | range |",
        "| --- | ---: | ---: |",
        *[_row(what, unit, values) for what, unit, values in rows],
    ]
    return "\n".join(lines) + "\n"


def _row(what: str, unit: str, values: list[float]) -> str:
    return f"| {what} | {statistics.median(values):.2f} {unit} | {min(values):.2f} to {max(values):.2f} |"


if __name__ == "__main__":
    main()
