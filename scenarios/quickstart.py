"""The first run: send, drain, count, judge. What it found is a RunResult, written down as run.json."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from confluent_kafka import KafkaException

from loadgen.events import Event
from loadgen.send import send
from loadgen.send_log import Percentiles, SendLog
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
    target: str
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
            "target": self.target,
            "events": {"sent": log.planned, "acked": log.ok, "failed": log.failed, "unknown": log.unknown},
            "ledger": ledger,
            **prices,
            "throughput": {"offered_per_s": log.rate, "acked_per_s": log.rate_held},
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
        start = Start(watch.topic_id(), watch.ends())
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
    ledger = _count(LakeReader(endpoints), log, start)
    return RunResult(run_id, target.name, log, ledger, drained, judge(log.planned, log.ok, drained, ledger))


@dataclass(frozen=True)
class Start:
    """Where in Kafka a run began: the topic's id, and each partition's first offset of it."""

    topic_id: str
    offsets: Mapping[int, int]

    def rows_since(self, rows: pa.Table) -> pa.Table:
        """The topic's rows from these offsets on, and none of another topic."""
        partitions = sorted(self.offsets)
        first = pa.array([self.offsets[p] for p in partitions], pa.int64())
        index = pc.index_in(rows["partition"], pa.array(partitions, pa.int32()))
        begin: Any = pc.fill_null(pc.take(first, index), pa.scalar(0, pa.int64()))
        ours: Any = pc.equal(rows["topic_id"], pa.scalar(self.topic_id))
        return rows.filter(pc.and_(ours, pc.greater_equal(rows["offset"], begin)))


def _count(lake: LakeReader, log: SendLog, start: Start) -> Ledger:
    with lake_errors():
        rows = {
            "bronze": lake.rows("bronze.orders", ("topic_id", *COLUMNS)),
            "silver": lake.rows("silver.orders", ("topic_id", *COLUMNS, "price")),
            "quarantine": lake.rows("quarantine.orders", ("topic_id", *COLUMNS)),
        }
    return count(log.table, log.producer, **{name: start.rows_since(table) for name, table in rows.items()})


def _percentiles(values: Percentiles | None) -> dict[str, float] | None:
    if values is None:
        return None
    return {name.removesuffix("_ms"): value for name, value in asdict(values).items()}
