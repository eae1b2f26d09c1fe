"""The load of a run, with everything that happens beside it: faults, poison, samples; then the drain."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID

from loadgen.clock import Clock
from loadgen.fleet import Fleet
from loadgen.poison import PoisonLog, PoisonSource, kinds
from loadgen.send_log import SendLog, Sent
from reports.histogram import Histogram
from reports.record import FaultRecord
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.controls.resend import resend
from scenarios.model.scenario import Scenario
from scenarios.runner.at_rest import await_rest
from scenarios.runner.drain import Drained, drain
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.fault_timeline import FaultTimeline
from scenarios.runner.gold import GoldTimeline, GoldWork
from scenarios.runner.live import LiveLine
from scenarios.runner.load import open_events, ready_to_send, task_of
from scenarios.runner.metering import MeterReading, read_meters
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
    """What was seen between the first phase's beginning and the end of the drain. `end_marks` is where Kafka ended when
    the load did, on a target that others use as well; `meters` are the readings at both ends."""

    log: SendLog
    poison: PoisonLog
    faults: list[FaultRecord]
    drained: Drained
    end_marks: Mapping[int, int] | None
    lag_at_load_end: int | None
    samples: Samples
    wall_s: float
    cpu: tuple[CpuTimes, CpuTimes]
    late: Histogram
    meters: tuple[MeterReading, MeterReading]
    gold: "GoldDone | None" = None


@dataclass(frozen=True)
class GoldDone:
    """What the way to gold took after the drain; rows that came for days which had gone it before, and those days; an
    alert that was not sent, and why, or nothing."""

    took_s: float
    late_rows: int
    reopened_days: int
    unsent: str


@dataclass(frozen=True)
class Beside:
    """What goes on beside the load: samples, a measure of the machine's noise, poison, faults."""

    sampler: Sampler
    sleeper: Sleeper
    poison: PoisonSource
    faults: FaultTimeline

    @contextmanager
    def running(self) -> Iterator[None]:
        """All of it, from now on; at the end, however that comes about, what is broken is made whole."""
        with ExitStack() as stack:
            for part in (self.sleeper, self.sampler, self.poison):
                part.start()
                stack.callback(part.stop)
            self.faults.start()
            stack.callback(self.faults.end)
            yield


class _Observer:
    """Told of the load's and the drain's progress: notes it, shows it, and looks whether every part is alive."""

    def __init__(self, plan: Plan, target: Target, beside: Beside, show: Callable[[str], None]) -> None:
        self._beside = beside
        self._due = plan.scenario.planned_events
        self._live = LiveLine(show, time.monotonic)
        self._health = HealthWatch(target, time.monotonic)

    def sending(self, sent: Sent) -> None:
        sampler, broken = self._beside.sampler, self._beside.faults.in_force
        sampler.count_load(sent.planned, sent.sent, sent.ok, sent.failed, sent.unknown)
        self._live.sending(sent, self._due, sampler.lag, broken)
        self._health.look({fault.part for fault in broken})

    def draining(self, lag: int | None) -> None:
        broken = self._beside.faults.in_force
        self._live.draining(lag, broken)
        self._health.look({fault.part for fault in broken})


def watched_load(
    plan: Plan, target: Target, journal: FaultJournal, folder: Path, show: Callable[[str], None]
) -> WatchedLoad:
    """Send the phases while faults come and go, wait until they are over and the lake has everything.

    Args:
        folder: where what became of the events may lie.
    """
    with plan.senders.gathered(folder, show) as fleet:
        return _watched_load(plan, target, journal, fleet, folder, show)


def _watched_load(
    plan: Plan,
    target: Target,
    journal: FaultJournal,
    fleet: Fleet | None,
    folder: Path,
    show: Callable[[str], None],
) -> WatchedLoad:
    endpoints, clock = target.status().endpoints, Clock()
    beside = _beside(plan, target, endpoints, journal, clock, fleet)
    observer = _Observer(plan, target, beside, show)
    # Before the faults' time begins: files may take long to read, and workers to come.
    send = ready_to_send(task_of(plan.scenario, plan.orders_now, endpoints, plan.id), fleet, clock, folder)
    lake = LakeReader(endpoints)
    gold = GoldWork(plan.scenario, endpoints, folder, show) if plan.scenario.gold else None
    meters = read_meters(target, lake)
    with ExitStack() as running:
        if gold is not None and plan.scenario.gold_at_s:
            timeline = GoldTimeline(gold, plan.scenario.gold_at_s)
            timeline.start()
            running.callback(timeline.stop)
        running.enter_context(beside.running())
        cpu, start_s = read_cpu_times(TICKS_PER_S), time.monotonic()
        log = send(observer.sending)
        poisoned, lag_at_load_end = beside.poison.stop(), beside.sampler.lag
        while not beside.faults.is_over():
            observer.draining(beside.sampler.lag)
            time.sleep(FAULT_LOOK_S)
        if plan.control is not None and plan.control.resends is not None:
            resend(log, plan.control.resends, open_events(plan.scenario, plan.orders_now, plan.id), endpoints.grpc)
        watch = TopicWatch(endpoints)
        # What others send does not end with the load, and is not waited for.
        end_marks = None if "alone" in target.abilities else watch.ends()
        lag = partial(watch.lag_or_none, end_marks)
        drained = drain(lag, time.monotonic, time.sleep, observer.draining, plan.scenario.drain_within_s)
        if any(fault.part.startswith("writer-") for fault in plan.faults_on(target)):
            drained = _await_rest(plan.scenario, lake, drained)
        watched = WatchedLoad(
            log=log,
            poison=poisoned,
            faults=beside.faults.end(),
            drained=drained,
            end_marks=end_marks,
            lag_at_load_end=lag_at_load_end,
            samples=beside.sampler.stop(),
            wall_s=time.monotonic() - start_s,
            cpu=(cpu, read_cpu_times(TICKS_PER_S)),
            late=beside.sleeper.stop(),
            meters=(meters, read_meters(target, lake)),
        )
    return watched if gold is None else _to_gold(watched, gold, target, lake)


def _to_gold(watched: WatchedLoad, gold: GoldWork, target: Target, lake: LakeReader) -> WatchedLoad:
    """The run's days go to gold, and what that costs is counted."""
    start_s = time.monotonic()
    gold.run("now")
    done = GoldDone(round(time.monotonic() - start_s, 3), gold.late_rows, gold.reopened_days, gold.unsent)
    return replace(watched, gold=done, meters=(watched.meters[0], read_meters(target, lake)))


def _await_rest(scenario: Scenario, lake: LakeReader, drained: Drained) -> Drained:
    """The drain is over when nobody writes to the tables any more."""
    with lake_errors():
        rests = await_rest(lake.versions, time.monotonic, time.sleep, scenario.flush_seconds, scenario.drain_within_s)
    return replace(drained, whole=drained.whole and rests)


def _beside(
    plan: Plan, target: Target, endpoints: Endpoints, journal: FaultJournal, clock: Clock, fleet: Fleet | None
) -> Beside:
    generators = {"generator": os.getpid()}
    for number, pid in enumerate(fleet.pids if fleet else (), 1):
        generators[f"generator-{number}"] = pid
    lag = TopicWatch(endpoints, SAMPLE_TIMEOUT_S).lag_or_none
    poison, poison_rate = kinds(UUID(endpoints.schema_version).bytes), plan.scenario.poison_per_s
    return Beside(
        Sampler(lambda: target.status().parts, lag, clock.now_ns, generators),
        Sleeper(),
        PoisonSource(endpoints.kafka_client, endpoints.topic, poison, f"chaos/{plan.id}", poison_rate, time.monotonic),
        FaultTimeline(plan.faults_on(target), lambda name: TargetPart(target, name), journal, time.monotonic),
    )
