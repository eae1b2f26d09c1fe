"""The load of a run, with everything that happens beside it: faults, poison, samples; then the drain."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from chaos.catalogue import AnyFault
from loadgen.clock import Clock
from loadgen.poison import PoisonLog, PoisonSource
from loadgen.send_log import SendLog, Sent
from reports.histogram import Histogram
from reports.record import FaultRecord
from scenarios.controls.resend_failed import resend_failed
from scenarios.runner.drain import Drained, drain
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.fault_timeline import FaultTimeline
from scenarios.runner.live import LiveLine
from scenarios.runner.load import arrivals_of, open_events, send_phases
from scenarios.runner.noise import CpuTimes, Sleeper, read_cpu_times
from scenarios.runner.plan import Plan
from scenarios.runner.samples import Sampler, Samples
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.handles import TargetPart
from scenarios.targets.health import HealthWatch
from scenarios.targets.interface import Endpoints, Target

SAMPLE_TIMEOUT_S = 1.0
FAULT_LOOK_S = 0.1
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class WatchedLoad:
    """What was seen between the first phase's beginning and the end of the drain."""

    log: SendLog
    poison: PoisonLog
    faults: list[FaultRecord]
    drained: Drained
    lag_at_load_end: int
    samples: Samples
    start_ns: int
    wall_s: float
    cpu: tuple[CpuTimes, CpuTimes]
    late: Histogram


def watched_load(plan: Plan, target: Target, journal: FaultJournal, show: Callable[[str], None]) -> WatchedLoad:
    """Send the phases while faults come and go, wait until they are over and the lake has everything."""
    endpoints = target.status().endpoints
    clock, live, health = Clock(), LiveLine(show, time.monotonic), HealthWatch(target, time.monotonic)
    quick_watch = TopicWatch(endpoints.kafka, endpoints.topic, endpoints.group, SAMPLE_TIMEOUT_S)
    sampler = Sampler(lambda: target.status().parts, quick_watch.lag_or_none, clock.now_ns, os.getpid())
    timeline = FaultTimeline(plan.faults, lambda name: TargetPart(target, name), journal, time.monotonic)
    poison, sleeper = _poison(plan, endpoints), Sleeper()
    due = arrivals_of(plan.scenario).count

    def sending(sent: Sent) -> None:
        sampler.count_load(sent.planned, sent.sent, sent.ok, sent.failed, sent.unknown)
        live.sending(sent, due, sampler.lag, timeline.in_force)
        health.look(_parts(timeline.in_force))

    def draining(lag: int | None) -> None:
        live.draining(lag, timeline.in_force)
        health.look(_parts(timeline.in_force))

    with ExitStack() as stack:
        for begin, end in ((sleeper.start, sleeper.stop), (sampler.start, sampler.stop), (poison.start, poison.stop)):
            begin()
            stack.callback(end)
        cpu, start_s, start_ns = read_cpu_times(TICKS_PER_S), time.monotonic(), clock.now_ns()
        timeline.start()
        stack.callback(timeline.end)
        log = send_phases(
            plan.scenario, open_events(plan.scenario, plan.orders_now), endpoints, plan.id, clock, sending
        )
        poisoned, lag_at_load_end = poison.stop(), sampler.lag or 0
        while not timeline.is_over():
            draining(sampler.lag)
            time.sleep(FAULT_LOOK_S)
        faults = timeline.end()
        if plan.control is not None and plan.control.resends_failed:
            resend_failed(log, open_events(plan.scenario, plan.orders_now), endpoints.grpc)
        watch = TopicWatch(endpoints.kafka, endpoints.topic, endpoints.group)
        drained = drain(watch.lag_or_none, time.monotonic, time.sleep, draining, plan.scenario.drain_within_s)
        return WatchedLoad(
            log=log,
            poison=poisoned,
            faults=faults,
            drained=drained,
            lag_at_load_end=lag_at_load_end,
            samples=sampler.stop(),
            start_ns=start_ns,
            wall_s=time.monotonic() - start_s,
            cpu=(cpu, read_cpu_times(TICKS_PER_S)),
            late=sleeper.stop(),
        )


def _parts(faults: list[AnyFault]) -> set[str]:
    return {fault.part for fault in faults}


def _poison(plan: Plan, endpoints: Endpoints) -> PoisonSource:
    rate = plan.scenario.poison_per_s
    return PoisonSource(endpoints.kafka, endpoints.topic, f"chaos/{plan.id}", rate, time.monotonic)
