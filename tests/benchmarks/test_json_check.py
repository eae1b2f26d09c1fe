"""What the check of an event costs, beside simdjson reading the same payloads and nothing else."""

import json
import subprocess
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.figures import Round, measure

COUNT = 500_000


def test_check_beside_simdjson(benchmark: BenchmarkFixture, programs: Path, payloads: Path) -> None:
    def once() -> Round:
        command = [str(programs / "keystone-bench-json-check"), str(payloads), str(COUNT)]
        found = json.loads(subprocess.check_output(command))
        return {
            ("Check of an event, CPU", "ns"): found["check_ns"],
            ("simdjson alone (DOM), same payloads", "ns"): found["simdjson_ns"],
            ("Check ÷ simdjson", "times"): found["check_ns"] / found["simdjson_ns"],
        }

    measure(benchmark, once)
