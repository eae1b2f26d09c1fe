"""Stages and the limit from samples and journal, as pure functions."""

import pyarrow as pa
import pytest

from reports.record import Quantiles, Stage
from scenarios.audit.journal import SCHEMA
from scenarios.audit.marks import Marks
from scenarios.runner.samples import PartSample, Samples
from scenarios.runner.stages import cpu_used, limit, stages, takeovers

S = 10**9
NO_BATCHES = SCHEMA.empty_table()
LATE = Quantiles(count=1, p50=0, p90=0, p99=150.0, p999=200, max=200)


MARKS = Marks("T", {})


def sample(second: int, cpu_s: float, part: str = "writer-1", pid: int = 1, mib: int = 100) -> PartSample:
    return PartSample(second * S, part, pid, cpu_s, mib * 2**20)


def batch(table: str, committed_s: int, rows: int = 10, partition: int = 0) -> dict[str, object]:
    times = {"decode_ns": 2 * S, "write_ns": S, "commit_ns": S, "committed_ns": committed_s * S}
    place = {"table_name": table, "partition": partition, "first_offset": 0, "end_offset": rows}
    return place | times | {"rows": rows, "bytes": 1, "files": ["f"], "writer": "writer-1"}


def test_cpu_counts_from_the_first_sample() -> None:
    assert cpu_used([sample(0, 5.0), sample(1, 6.0), sample(2, 7.5)]) == 2.5


def test_a_process_that_began_in_between_counts_whole() -> None:
    assert cpu_used([sample(0, 5.0), sample(1, 6.0), sample(2, 0.5, pid=2), sample(3, 1.0, pid=2)]) == 2.0


def test_a_stage_has_its_share_of_the_time_its_rows_and_its_peak_of_memory() -> None:
    samples = Samples(parts=[sample(0, 0), sample(10, 4.0, mib=300), sample(0, 0, "ingest", 9)], deaths={"writer-1": 2})
    writer, ingest = stages(samples, NO_BATCHES, MARKS, wall_s=10, events={"ingest": 77}, cpus=2)
    assert (writer.cpu_s, writer.busy_share, writer.deaths, writer.peak_rss_mib) == (4.0, 0.4, 2, 300)
    assert (ingest.name, ingest.events, ingest.busy_share) == ("ingest", 77, 0.0)


def test_a_stage_of_several_threads_may_use_all_cores() -> None:
    [kafka] = stages(
        Samples(parts=[sample(0, 0, "kafka"), sample(10, 4.0, "kafka")]), NO_BATCHES, MARKS, 10, {}, cpus=2
    )
    assert kafka.busy_share == 0.2


def test_a_writer_that_waits_for_the_lake_is_at_work_all_the_same() -> None:
    rows = [batch("bronze", 5), batch("bronze", 5, partition=1), batch("quarantine", 6), batch("silver", 7)]
    journal = pa.Table.from_pylist(rows, schema=SCHEMA)
    [writer] = stages(Samples(parts=[sample(0, 0), sample(20, 1.0)]), journal, MARKS, 20, {}, cpus=2)
    # One batch: decoded once (2 s), written and committed to three tables (2 s each).
    assert (writer.busy_share, writer.events) == (0.4, 20)
    assert writer.busy_by == "time in decoding, writing and committing"


def test_a_commit_that_nobody_timed_counts_its_rows_alone() -> None:
    untimed = batch("bronze", 5) | {"decode_ns": None, "write_ns": None, "commit_ns": None, "files": None}
    journal = pa.Table.from_pylist([untimed], schema=SCHEMA)
    [writer] = stages(Samples(parts=[sample(0, 0), sample(20, 1.0)]), journal, MARKS, 20, {}, cpus=2)
    assert (writer.busy_share, writer.events) == (0.05, 10)


def test_rows_before_the_start_marks_are_not_the_runs() -> None:
    journal = pa.Table.from_pylist([batch("bronze", 5), batch("bronze", 5, partition=1)], schema=SCHEMA)
    samples = Samples(parts=[sample(0, 0), sample(20, 1.0)])
    [writer] = stages(samples, journal, Marks("T", {0: 7, 1: 0}), 20, {}, cpus=2)
    assert writer.events == 3 + 10


def test_a_part_whose_process_was_replaced_was_restarted() -> None:
    seen = [sample(0, 5.0), sample(1, 6.0), sample(2, 0.5, pid=2), sample(3, 0.5, pid=3)]
    [writer] = stages(Samples(parts=seen), NO_BATCHES, MARKS, 10, {}, cpus=2)
    assert writer.restarts == 2


def test_a_partition_that_goes_on_under_another_writer_was_taken_over() -> None:
    def part(partition: int, first: int, writer: str, table: str = "bronze") -> dict[str, object]:
        range_ = {"first_offset": first, "end_offset": first + 10, "writer": writer}
        return batch(table, 5, partition=partition) | range_

    rows = [part(0, 20, "a"), part(0, 0, "a"), part(0, 10, "b"), part(1, 0, "b"), part(1, 0, "a", "silver")]
    assert takeovers(pa.Table.from_pylist(rows, schema=SCHEMA)) == 2
    assert takeovers(NO_BATCHES) == 0


def stage(name: str, busy: float) -> Stage:
    return Stage(name=name, cpu_s=1, events=1, busy_share=busy, busy_by="CPU", deaths=0, restarts=0, peak_rss_mib=1)


@pytest.mark.parametrize(
    ("made", "lateness", "lag", "expected", "why"),
    [
        ([stage("kafka", 0.3)], None, 100, None, "the busiest, kafka, was at work for 30%"),
        ([stage("kafka", 0.3)], LATE, 100, "generator", "late by 150 ms"),
        (
            [stage("kafka", 0.9), stage("writer-1", 0.3), stage("writer-2", 0.4)],
            None,
            12_000,
            "writer-2",
            "12.0 s of load",
        ),
        ([stage("kafka", 0.3), stage("ingest", 0.9)], None, 100, "ingest", "at work for 90% of the time"),
        ([stage("generator", 0.1)], None, 12_000, None, "unknown: the target's parts cannot be watched"),
        ([stage("generator", 0.1)], LATE, 100, "generator", "late by 150 ms"),
    ],
)
def test_the_limit_is_named_with_its_reason(
    made: list[Stage], lateness: Quantiles | None, lag: int, expected: str | None, why: str
) -> None:
    found = limit(made, lateness, lag, acked_per_s=1_000, window_s=5)
    assert found.stage == expected
    assert why in found.why
