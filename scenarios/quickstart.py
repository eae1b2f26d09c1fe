"""The first run: send, drain, count, judge. What it found is a RunResult, written down as run.json."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from confluent_kafka import KafkaException

from loadgen.events import Event
from loadgen.send_log import Percentiles, SendLog
from loadgen.sender import send
from scenarios.audit.counts import COLUMNS, Ledger, count
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.drain import drain
from scenarios.targets.errors import TargetError
from scenarios.targets.health import HealthWatch
from scenarios.targets.interface import Target
from scenarios.topic_watch import TopicWatch
from scenarios.verdicts import Verdict, all_passed, judge

PATIENCE_S = 60.0


@dataclass(frozen=True)
class RunResult:
    """A run's figures and verdicts."""

    id: str
    log: SendLog
    ledger: Ledger
    drained: bool
    verdicts: Sequence[Verdict]

    @property
    def passed(self) -> bool:
        return all_passed(self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """As run.json and `--json` have it."""
        log = self.log
        ledger = asdict(self.ledger)
        prices = {name: str(ledger.pop(name)) for name in ("price_sent", "price_silver")}
        return {
            "id": self.id,
            "scenario": "quickstart",
            "target": "embedded",
            "events": {"sent": log.planned, "acked": log.ok, "failed": log.failed, "unknown": log.unknown},
            "ledger": ledger,
            **prices,
            "throughput": {"offered_per_s": log.rate, "held_per_s": log.rate_held},
            "latency_ms": {"ack": _percentiles(log.latency), "ack_raw": _percentiles(log.raw_latency)},
            "generator": {"lateness_ms": _percentiles(log.lateness)},
            "verdicts": [asdict(verdict) for verdict in self.verdicts],
            "outcome": "passed" if self.passed else "failed",
        }

    def write(self, folder: Path) -> None:
        """Write run.json, and sent.parquet with a row for each event."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps(self.to_json(), indent=2) + "\n")
        pq.write_table(self.log.table, folder / "sent.parquet")


def new_run_id(now: datetime) -> str:
    """Names a run by its start, to the millisecond."""
    return f"quickstart-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"


def run_quickstart(
    target: Target,
    events: Iterator[Event],
    rate: float,
    progress: Callable[[str], None],
) -> RunResult:
    """Send all events at `rate` a second, wait until they are in the lake, count and judge.

    Raises:
        TargetError: the target died.
        KeyboardInterrupt: Ctrl-C, also when it came while events were sent.
        LoadgenError: the events cannot be read, or nobody answers.
    """
    run_id = new_run_id(datetime.now(UTC))
    endpoints = target.status().endpoints
    watch = TopicWatch(endpoints.kafka, endpoints.topic, endpoints.group)
    try:
        marks = watch.ends()
    except KafkaException as error:
        raise TargetError(f"Kafka does not answer at {endpoints.kafka}: {error}") from error
    health = HealthWatch(target, time.monotonic)

    def sending(sent: int, acked: int, failed: int) -> None:
        progress(f"sent {sent:,}  acked {acked:,}  failed {failed:,}")
        health.look()

    log = send(events, address=endpoints.grpc, rate=rate, producer=run_id, progress=sending)
    if log.stopped:
        raise KeyboardInterrupt

    def draining(lag: int | None) -> None:
        progress(f"draining: lag {'unknown' if lag is None else f'{lag:,}'}")
        health.look()

    drained = drain(
        watch.lag_or_none,
        now_s=time.monotonic,
        wait=time.sleep,
        say=draining,
        patience_s=PATIENCE_S,
    )
    progress("counting")
    ledger = _count(LakeReader(endpoints), log, marks)
    return RunResult(run_id, log, ledger, drained, judge(log.planned, log.ok, drained, ledger))


def _count(lake: LakeReader, log: SendLog, marks: dict[int, int]) -> Ledger:
    with lake_errors():
        rows = {
            "bronze": lake.rows("bronze.orders", COLUMNS),
            "silver": lake.rows("silver.orders", (*COLUMNS, "price")),
            "quarantine": lake.rows("quarantine.orders", COLUMNS),
        }
    return count(log.table, log.producer, **{name: _since(table, marks) for name, table in rows.items()})


def _since(rows: pa.Table, marks: dict[int, int]) -> pa.Table:
    """The rows whose offset is not before the run's start."""
    known = pa.array(sorted(marks), pa.int32())
    first = pa.array([marks[p] for p in sorted(marks)], pa.int64())
    start: Any = pc.take(first, pc.index_in(rows["partition"], known))
    return rows.filter(pc.greater_equal(rows["offset"], pc.fill_null(start, 0)))


def _percentiles(values: Percentiles | None) -> dict[str, float] | None:
    if values is None:
        return None
    return {name.removesuffix("_ms"): value for name, value in asdict(values).items()}
