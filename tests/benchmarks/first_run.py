"""How soon a stack is ready, how long a first run takes, what decoding costs."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from loadgen.order_settings import OrderSettings
from loadgen.source import open_source
from reference.contract.decoding import DecodeContract
from reference.decode.python_decoder import PythonDecoder
from scenarios.targets.embedded.target import EmbeddedTarget

RUNS = 3
EVENTS = 20_000
Row = tuple[str, str, list[float]]
CONTRACT = DecodeContract(PythonDecoder.version, frozenset(), date(2100, 1, 1))


def rows(scratch: Path) -> list[Row]:
    """Start stacks, make first runs, decode."""
    payloads = [event.payload.encode() for event in open_source(f"olist:{EVENTS}", OrderSettings())]
    floor = _cpu_per_event(lambda: [json.loads(payload) for payload in payloads])
    decode = _cpu_per_event(lambda: PythonDecoder().decode(payloads, CONTRACT))
    return [
        ("Stack ready, warm (`keystone up`)", "s", _times(lambda: _start_and_stop(scratch / "up"))),
        ("`make demo`'s run: 30 s of load at 2,000/s, stack included", "s", _times(lambda: _quickstart(scratch))),
        ("Decoder in plain Python, CPU per event", "µs", decode),
        ("Floor: `json.loads` alone, CPU per event", "µs", floor),
        ("Decoder ÷ floor", "times", [d / f for d, f in zip(decode, floor, strict=True)]),
    ]


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


def _cpu_per_event(work: Callable[[], object]) -> list[float]:
    def once() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) / EVENTS * 1e6

    once()
    return _times(once)
