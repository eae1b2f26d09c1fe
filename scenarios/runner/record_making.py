"""From what was seen and read back to the run's record, without verdicts yet."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

from reports import record as rec
from reports.record import RunRecord
from scenarios.audit.marks import Marks
from scenarios.model.changes import plain
from scenarios.runner.load import arrivals_of
from scenarios.runner.metering import between
from scenarios.runner.noise import noise
from scenarios.runner.plan import Plan
from scenarios.runner.read_back import GOLD, HOPS, LATENESS, ReadBack
from scenarios.runner.samples import KAFKA_QUEUE, Samples
from scenarios.runner.stages import limit, stages, takeovers
from scenarios.runner.watched_load import WatchedLoad


@dataclass(frozen=True)
class Context:
    """What is known of a run before its load: `warm_up` is how many events were acknowledged then, `skipped` what the
    target cannot do, and why."""

    plan: Plan
    target: str
    object_store: str | None
    skipped: Mapping[str, str]
    versions: Mapping[str, str]
    started_at: datetime
    marks: Marks
    warm_up: int


def make_record(context: Context, watched: WatchedLoad, found: ReadBack) -> RunRecord:
    """Put the record together."""
    plan, log, marks = context.plan, watched.log, context.marks
    throughput = _throughput(plan, watched)
    quantiles = {hop: found.series[hop].total().quantiles() for hop in found.series}
    machine = describe_machine()
    taken_on = {"generator": log.planned, "ingest": log.sent, "kafka": found.records}
    made = stages(watched.samples, found.journal, marks, watched.wall_s, taken_on, machine.cpus)
    return RunRecord(
        id=plan.id,
        scenario=plan.scenario.name,
        story=plan.scenario.story,
        control=plan.control.name if plan.control else None,
        plan=plain(plan.scenario),
        target=context.target,
        object_store=context.object_store,
        started_at=context.started_at,
        ended_at=datetime.now(UTC),
        machine=machine,
        versions=context.versions,
        topic_id=marks.topic_id,
        start_marks=dict(marks.starts),
        end_marks=watched.end_marks,
        events=_events(context, watched),
        ledger=found.ledger,
        throughput=throughput,
        gold=found.gold,
        latency_ms=rec.Latency(**{hop: quantiles.get(hop) for hop in (*HOPS, GOLD)}),
        unstamped=rec.Unstamped(**found.unstamped),
        generator=rec.Generator(
            lateness_ms=quantiles[LATENESS],
            engine=plan.senders.engine,
            workers=plan.senders.workers,
            clock_error_ms=log.clock_error_ns / 1e6,
            cpu_s=round(sum(stage.cpu_s for stage in made if stage.name.startswith("generator")), 3),
            stream_breaks=len(log.breaks),
            stray_acks=log.stray_acks,
        ),
        stages=tuple(made),
        limit=limit(
            made, quantiles[LATENESS], watched.lag_at_load_end, throughput.acked_per_s, plan.scenario.flush_seconds
        ),
        takeovers=None if found.journal is None else takeovers(found.journal),
        lag=_lag(watched),
        faults=tuple(watched.faults),
        skipped=context.skipped,
        noise=noise(*watched.cpu, sum(stage.cpu_s for stage in made), watched.late),
        meter=between(*watched.meters, watched.wall_s, found.records),
    )


def describe_machine() -> rec.Machine:
    """The machine this runs on."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return rec.Machine(
        cpus=psutil.cpu_count() or 1,
        cpu_model=models[0].partition(":")[2].strip() if models else platform.machine(),
        memory_mib=psutil.virtual_memory().total // 2**20,
        system=platform.platform(),
    )


def describe_versions() -> dict[str, str]:
    """Of the project and of what it stands on."""
    packages = ("keystone-nexus", "confluent-kafka", "duckdb", "grpcio", "pyarrow", "pyiceberg")
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in packages}


def _events(context: Context, watched: WatchedLoad) -> rec.Events:
    log = watched.log
    return rec.Events(
        sent=log.planned,
        acked=log.ok,
        failed=log.failed,
        unknown=log.unknown,
        spoilt=log.spoilt,
        sent_again=log.sent_again,
        payload_bytes=log.payload_bytes,
        warm_up=context.warm_up,
        poison_sent=watched.poison.sent,
        poison_delivered=watched.poison.delivered,
    )


def _throughput(plan: Plan, watched: WatchedLoad) -> rec.Throughput:
    """Offered: events due over the plan's time until the last of them. Acked: until then or the last ack, whichever is
    later."""
    arrivals, log = arrivals_of(plan.scenario), watched.log
    duration_s = arrivals.span_s(log.planned)
    return rec.Throughput(
        offered_per_s=round(log.planned / duration_s, 3) if duration_s else 0.0,
        acked_per_s=round(log.rate_held(duration_s), 3),
    )


def _lag(watched: WatchedLoad) -> rec.Lag:
    return rec.Lag(
        peak=_peak(watched.samples),
        at_load_end=watched.lag_at_load_end,
        at_end=watched.drained.lag,
        drained=watched.drained.whole,
        drain_s=round(watched.drained.took_s, 3),
    )


def _peak(samples: Samples) -> int:
    return max((sample.length for sample in samples.queues if sample.queue == KAFKA_QUEUE), default=0)
