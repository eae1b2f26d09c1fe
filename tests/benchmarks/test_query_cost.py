"""What questions to the lake cost, where the writer leaves small files: the run's own record has the figures."""

from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from reports.record import QueryCost, read_record
from tests.benchmarks.athena_cost import ratios
from tests.benchmarks.figures import Round, measure
from tests.scenarios.conftest import FINE, run_keystone

SMALL_FILES = ("--set", "flush_seconds=1", "--set", "phases=[{for_s: 100, rate_per_s: 2000}]", "--set", "at_most={}")


def test_what_a_question_costs(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    asked: list[QueryCost] = []

    def once() -> Round:
        ran = run_keystone(tmp_path, "run", "query-cost", *SMALL_FILES, "--out", tmp_path / "run")
        assert ran.code in FINE, ran.err
        asked.extend(read_record(tmp_path / "run").query_costs)
        found = ratios(asked)
        return {
            ("A day of 4 without partitions ÷ with them, bytes scanned", "times"): found.partitions,
            ("All columns ÷ one, bytes scanned", "times"): found.columns,
            ("Small files ÷ one for the day, bytes scanned", "times"): found.small_bytes,
            ("Small files ÷ one for the day, requests to S3", "times"): found.small_requests,
            ("Small files ÷ one for the day, dollars", "times"): found.small_usd,
        }

    measure(benchmark, once, rounds=1)
    benchmark.extra_info["queries"] = [one.model_dump() for one in asked]
