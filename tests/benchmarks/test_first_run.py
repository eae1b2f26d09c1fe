"""How soon a stack is ready, how long a first run takes, what decoding costs."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from loadgen.order_settings import OrderSettings
from loadgen.source import open_source
from reference.contract.decoding import DecodeContract
from reference.decode.python_decoder import PythonDecoder
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.benchmarks.figures import Round, measure

ROUNDS = 3
EVENTS = 20_000
CONTRACT = DecodeContract(PythonDecoder.version, frozenset(), date(2100, 1, 1))


def test_a_stack_is_ready_and_a_first_run_made(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    def once() -> Round:
        return {
            ("Stack ready, warm (`keystone up`)", "s"): _start_and_stop(tmp_path / "up"),
            ("`make demo`'s run: 30 s of load at 2,000/s, stack included", "s"): _quickstart(tmp_path),
        }

    measure(benchmark, once, ROUNDS)


def test_decoding_beside_json_alone(benchmark: BenchmarkFixture) -> None:
    payloads = [event.payload.encode() for event in open_source(f"olist:{EVENTS}", OrderSettings())]

    def once() -> Round:
        floor = _cpu_per_event(lambda: [json.loads(payload) for payload in payloads])
        decode = _cpu_per_event(lambda: PythonDecoder().decode(payloads, CONTRACT))
        return {
            ("Decoder in plain Python, CPU per event", "µs"): decode,
            ("Floor: `json.loads` alone, CPU per event", "µs"): floor,
            ("Decoder ÷ floor", "times"): decode / floor,
        }

    once()  # to warm up
    measure(benchmark, once)


def _start_and_stop(folder: Path) -> float:
    began = time.monotonic()
    target = EmbeddedTarget.start(folder)
    took = time.monotonic() - began
    target.down()
    return took


def _quickstart(scratch: Path) -> float:
    keystone = Path(sys.executable).with_name("keystone")
    out = tempfile.mkdtemp(dir=scratch)
    began = time.monotonic()
    done = subprocess.run(
        [str(keystone), "run", "quickstart", "--state-dir", str(scratch / "run"), "--out", out],
        check=False,
        capture_output=True,
    )
    if done.returncode not in (0, 4):
        raise RuntimeError(f"the quickstart ended with exit code {done.returncode}: {done.stderr.decode()}")
    return time.monotonic() - began


def _cpu_per_event(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) / EVENTS * 1e6
