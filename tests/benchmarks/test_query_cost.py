"""What questions to the lake cost, where the writer leaves small files: the run's own record has the figures."""

from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from reports.record import QueryCost, read_record
from tests.benchmarks.figures import Round, measure
from tests.scenarios.conftest import FINE, run_keystone

SMALL_FILES = ("--set", "flush_seconds=1", "--set", "phases=[{for_s: 100, rate_per_s: 2000}]", "--set", "at_most={}")


def test_what_a_question_costs(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    asked: list[QueryCost] = []

    def once() -> Round:
        ran = run_keystone(tmp_path, "run", "query-cost", *SMALL_FILES, "--out", tmp_path / "run")
        assert ran.code in FINE, ran.err
        asked.extend(read_record(tmp_path / "run").query_costs)
        return ratios({(one.layout, one.days, one.columns): one for one in asked})

    measure(benchmark, once, rounds=1)
    benchmark.extra_info["queries"] = [one.model_dump() for one in asked]


def ratios(asked: dict[tuple[str, str, str], QueryCost]) -> Round:
    """How many times as much the worse way takes."""
    day, column = asked["compacted", "one", "all"], asked["compacted", "one", "one"]
    small, unpartitioned = asked["written", "one", "all"], asked["unpartitioned", "one", "all"]
    assert small.s3_requests
    assert day.s3_requests
    return {
        ("A day of 4 without partitions ÷ with them, bytes scanned", "times"): unpartitioned.scanned_bytes
        / day.scanned_bytes,
        ("All columns ÷ one, bytes scanned", "times"): day.scanned_bytes / column.scanned_bytes,
        ("Small files ÷ one for the day, bytes scanned", "times"): small.scanned_bytes / day.scanned_bytes,
        ("Small files ÷ one for the day, requests to S3", "times"): small.s3_requests / day.s3_requests,
        ("Small files ÷ one for the day, dollars", "times"): small.usd / day.usd,
    }
