"""What a record says agrees with what others measured of the same run: Kafka, the kernel, a sort, another reader."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from confluent_kafka import Consumer, TopicPartition
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from reports.record import Quantiles, RunRecord, read_record
from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import Endpoints
from tests.scenarios.conftest import run_keystone

pytestmark = pytest.mark.integration

EVENTS = 12_000
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def ends(endpoints: Endpoints, partitions: int) -> dict[int, int]:
    """Kafka's end offsets, asked of a consumer of the test's own."""
    consumer = Consumer({"bootstrap.servers": endpoints.kafka, "group.id": "test-ends"})
    with closing(consumer):
        found = [consumer.get_watermark_offsets(TopicPartition(endpoints.topic, p), 10) for p in range(partitions)]
    return {partition: high for partition, (_low, high) in enumerate(found)}


def cpu_s(pid: int) -> float:
    """As proc(5) has it: fields 14 and 15 of /proc/PID/stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


@contextmanager
def watching_cpu(stack: EmbeddedTarget) -> Iterator[dict[str, tuple[float, float]]]:
    """Part → what it used before and after; read at the run's own ends, as near as another process can."""
    pids = {part.name: part.pid for part in stack.status().parts if part.pid is not None}
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    used: dict[str, tuple[float, float]] = {}
    yield used
    used |= {name: (before[name], cpu_s(pid)) for name, pid in pids.items()}


@pytest.fixture(scope="module")
def seen(stack: EmbeddedTarget, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A run without warm-up, and what was measured beside it."""
    folder = tmp_path_factory.mktemp("agrees")
    endpoints = stack.status().endpoints
    begin = ends(endpoints, 4)
    with watching_cpu(stack) as used:
        ran = run_keystone(
            folder,
            *("run", "quickstart", "--events", f"generated:{EVENTS}", "--set", "warm_up_s=0", "--out", "out"),
            *("--state-dir", stack.status().state_dir),
        )
    assert ran.code in (0, 4), ran.err
    return {"folder": folder / "out", "begin": begin, "end": ends(endpoints, 4), "cpu": used, "endpoints": endpoints}


@pytest.fixture
def record(seen: dict[str, Any]) -> RunRecord:
    return read_record(seen["folder"])


def test_start_marks_and_acked_events_are_kafkas_own_offsets(seen: dict[str, Any], record: RunRecord) -> None:
    assert record.start_marks == seen["begin"]
    assert record.events.acked == sum(seen["end"][p] - seen["begin"][p] for p in seen["begin"]) == EVENTS


@pytest.mark.parametrize("part", ["kafka", "ingest", "writer-1"])
def test_cpu_is_the_kernels(seen: dict[str, Any], record: RunRecord, part: str) -> None:
    """The test's readings enclose the run's, so the record may say less, by what start and audit cost the part."""
    before, after = seen["cpu"][part]
    found = next(stage.cpu_s for stage in record.stages if stage.name == part)
    assert found <= after - before + 1 / TICKS_PER_S
    assert found >= 0.5 * (after - before) - 0.1


def assert_close(found: Quantiles | None, values_ms: list[float]) -> None:
    """To the three digits that a histogram keeps; its values are whole microseconds."""
    assert found is not None
    ordered = sorted(values_ms)
    assert found.count == len(ordered)
    for quantile, value in {0.5: found.p50, 0.9: found.p90, 0.99: found.p99, 0.999: found.p999, 1.0: found.max}.items():
        exact = ordered[max(1, -int(-quantile * len(ordered) // 1)) - 1]
        assert value == pytest.approx(exact, rel=1 / 1000, abs=0.002)


@pytest.mark.parametrize(
    ("hop", "since", "until"), [("ack", "intended_ns", "acked_ns"), ("ack_raw", "sent_ns", "acked_ns")]
)
def test_latencies_are_those_of_a_sort(
    seen: dict[str, Any], record: RunRecord, hop: str, since: str, until: str
) -> None:
    sent = pq.read_table(seen["folder"] / "sent.parquet")
    spans: list[Any] = pc.subtract(sent[until], sent[since]).to_pylist()
    assert_close(getattr(record.latency_ms, hop), [ns / 1e6 for ns in spans])


@pytest.mark.parametrize("table", ["bronze", "silver"])
def test_freshness_is_each_rows_commit_found_by_hand(seen: dict[str, Any], record: RunRecord, table: str) -> None:
    rows = LakeReader(seen["endpoints"]).rows(f"{table}.orders", ("partition", "offset", "producer", "intended_ns"))
    batches = [b for b in pq.read_table(seen["folder"] / "batches.parquet").to_pylist() if b["table_name"] == table]
    waits = []
    for row in rows.filter(pc.field("producer") == record.id).to_pylist():
        [batch] = [
            b
            for b in batches
            if b["partition"] == row["partition"] and b["first_offset"] <= row["offset"] < b["end_offset"]
        ]
        waits.append((batch["committed_ns"] - row["intended_ns"]) / 1e6)
    assert_close(getattr(record.latency_ms, table), waits)


@pytest.mark.parametrize("hop", ["ack", "ack_raw", "bronze", "silver"])
def test_another_tool_reads_the_histogram_logs(seen: dict[str, Any], record: RunRecord, hop: str) -> None:
    total = HdrHistogram(1, 2**40 - 1, 3)
    with closing(HistogramLogReader(str(seen["folder"] / f"{hop}.hlog"), total)) as log:
        while (interval := log.get_next_interval_histogram()) is not None:
            total.add(interval)
    found: Quantiles = getattr(record.latency_ms, hop)
    assert total.get_total_count() == found.count
    assert total.get_value_at_percentile(99) / 1000 == pytest.approx(found.p99, rel=1e-6)


def test_samples_were_taken_all_along(seen: dict[str, Any]) -> None:
    load = pq.read_table(seen["folder"] / "load.parquet").to_pylist()
    assert (load[-1]["due"], load[-1]["acked"]) == (EVENTS, EVENTS)
    parts = pq.read_table(seen["folder"] / "parts.parquet")
    assert {"kafka", "aws", "postgres", "pgbouncer", "ingest", "writer-1", "generator"} <= set(
        parts["part"].to_pylist()
    )
    queues = pq.read_table(seen["folder"] / "queues.parquet").to_pylist()
    assert {sample["queue"].partition(":")[0] for sample in queues} == {"generator", "stream", "kafka"}
