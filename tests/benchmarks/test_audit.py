"""How long the audit of a million events takes, in how much memory, beside the floor: reading the same columns."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.benchmarks.figures import Round, measure
from tests.stacks import running_stack

EVENTS = 1_000_000
RATE_PER_S = 5_000
ROUNDS = 3
COLUMNS = {
    "bronze": ("topic_id", "partition", "offset", "producer", "seq", "intended_ns", "payload"),
    "silver": ("topic_id", "partition", "offset", "producer", "seq", "intended_ns", "price", "replay_id"),
    "quarantine": ("topic_id", "partition", "offset", "producer", "seq", "payload", "stage", "replay_id"),
}

KEYSTONE = Path(sys.executable).with_name("keystone")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def stack(scratch: Path) -> Iterator[EmbeddedTarget]:
    with running_stack(scratch / "million") as target:
        yield target


@pytest.fixture(scope="module")
def record(stack: EmbeddedTarget, scratch: Path) -> dict[str, Any]:  # noqa: ARG001 - it runs there
    """Of a run of a million events."""
    return _run(scratch)


def test_the_audit_of_a_million_events(
    benchmark: BenchmarkFixture, stack: EmbeddedTarget, record: dict[str, Any], scratch: Path
) -> None:
    """Each audit in a process of its own."""
    events = record["ledger"]["arrived"]

    def once() -> Round:
        (seconds, mib), floor = _audit(scratch), _read(stack)
        return {
            (f"Audit of {events:,} events (`keystone audit`)", "s"): seconds,
            ("its peak of resident memory", "MiB"): mib,
            ("Floor: the same columns read, nothing counted", "s"): floor,
            ("Audit ÷ floor", "times"): seconds / floor,
            ("The run itself: acked", "events/s"): record["throughput"]["acked_per_s"],
            ("its sender's lateness, p99", "ms"): record["generator"]["lateness_ms"]["p99"],
            ("from the intended time to the ack, p99", "ms"): record["latency_ms"]["ack"]["p99"],
        }

    measure(benchmark, once, ROUNDS)


def _run(scratch: Path) -> dict[str, Any]:
    """The million, and a clean ledger: what follows would else measure something that does not work."""
    command = [
        *[str(KEYSTONE), "run", "quickstart", "--events", f"generated:{EVENTS}", "--json"],
        *["--set", f"phases=[{{for_s: {EVENTS / RATE_PER_S:.0f}, rate_per_s: {RATE_PER_S}}}]"],
        *["--set", "drain_within_s=600", "--set", "at_most={drain_s: 600}", "--set", "at_least={}"],
        *["--state-dir", str(scratch / "million"), "--out", str(scratch / "run")],
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 4):
        raise RuntimeError(f"the run of {EVENTS:,} events ended with exit code {done.returncode}: {done.stdout}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _audit(scratch: Path) -> tuple[float, float]:
    """Wall time of the whole process in seconds, and its peak of memory in MiB."""
    command = [str(KEYSTONE), "audit", str(scratch / "run"), "--state-dir", str(scratch / "million"), "--json"]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")
    return took, usage.ru_maxrss / 1024


def _read(stack: EmbeddedTarget) -> float:
    lake = LakeReader(stack.status().endpoints)
    began = time.monotonic()
    for table, columns in COLUMNS.items():
        for _batch in lake.open(f"{table}.orders").batches(columns):
            pass
    return time.monotonic() - began
