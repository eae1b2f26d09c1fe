"""The harness checked against the closed form: the server is frozen for a known time, and what is measured of that must
be what can be calculated."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chaos.freeze import Freeze
from loadgen.arrivals import Arrivals, Phase
from loadgen.client import Client
from loadgen.order_settings import OrderSettings
from loadgen.send import Start, send
from loadgen.send_log import SendLog
from loadgen.source import open_source
from reports.freeze import frozen_quantile_s
from reports.histogram import Histogram
from reports.record import FaultRecord, Quantiles
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.fault_timeline import FaultTimeline
from scenarios.runner.plan import new_run_id
from scenarios.targets.errors import TargetError
from scenarios.targets.handles import TargetPart
from scenarios.targets.interface import Target

TOLERANCE: Final = 0.05
"""By so much of the freeze a figure may be off."""

QUANTILES: Final = {"p50": 0.5, "p99": 0.99, "max": 1.0}

LEAD: Final = 0.25
"""Load before the freeze and after it, as a share of the freeze."""

WARM_UP_S: Final = 2.0


@dataclass(frozen=True)
class Figure:
    """One quantile of latency, in milliseconds.

    Attributes:
        expected: by the closed form.
        measured: from the intended time.
        from_sending: of the same events, from when each was sent: shorter by as long as the sender was held up.
        uncorrected: what a sender that waits for each answer before it sends the next measured at the same time.
        off: by how much of the freeze the measured one is off.
    """

    name: str
    expected: float
    measured: float
    from_sending: float
    uncorrected: float
    off: float


@dataclass(frozen=True)
class Flight:
    """What a canary found; `freeze_s` is how long the server really stood still."""

    rate_per_s: float
    freeze_s: float
    load_s: float
    events: int
    figures: tuple[Figure, ...]

    @property
    def passed(self) -> bool:
        """Whether each figure is as it must be."""
        return all(figure.off <= TOLERANCE for figure in self.figures)


def fly(
    target: Target, journal: FaultJournal, rate_per_s: float, freeze_s: float, show: Callable[[str], None]
) -> Flight:
    """Freeze the server under an even load.

    Raises:
        TargetError: the server cannot be frozen, or events were lost.
        KeyboardInterrupt: Ctrl-C stopped it; the server goes on.
    """
    address, name = target.status().endpoints.grpc, new_run_id("canary", datetime.now(UTC))
    load_s = (1 + 2 * LEAD) * freeze_s
    freeze = Freeze(part="ingest", at_s=LEAD * freeze_s, for_s=freeze_s)
    timeline = FaultTimeline([freeze], lambda part: TargetPart(target, part), journal, time.monotonic)
    show("warming up")
    _send(address, f"{name}/warm-up", rate_per_s, WARM_UP_S)
    show(f"{rate_per_s:g} events/s for {load_s:g} s, in which the server is frozen for {freeze_s:g} s")
    with _sent_one_by_one(address, f"{name}/closed") as closed:
        log, frozen = _under(timeline, lambda start: _send(address, name, rate_per_s, load_s, start))
    really_s = _seconds_of(frozen)
    if log.ok < log.planned:
        raise TargetError(f"{log.planned - log.ok} of {log.planned} events were not acknowledged: nothing to judge")
    all_measured = _quantiles(log, "ack"), _quantiles(log, "ack_raw"), _quantiles(closed.result(), "ack_raw")
    figures = [
        _figure(figure, frozen_quantile_s(quantile, really_s, load_s), all_measured, really_s)
        for figure, quantile in QUANTILES.items()
    ]
    return Flight(rate_per_s, really_s, load_s, log.planned, tuple(figures))


def _under(timeline: FaultTimeline, send_all: Callable[[Start], SendLog]) -> tuple[SendLog, FaultRecord]:
    """Send while the one fault takes place, both from the moment at which the server has been reached."""

    def start() -> int:
        timeline.start()
        return time.time_ns()

    try:
        log = send_all(start)
    finally:
        faults = timeline.end()
    [frozen] = faults
    return log, frozen


def _seconds_of(frozen: FaultRecord) -> float:
    if frozen.error or frozen.began_s is None or frozen.ended_s is None:
        raise TargetError(f"the server could not be frozen: {frozen.error}")
    return frozen.ended_s - frozen.began_s


def _send(address: str, producer: str, rate_per_s: float, seconds: float, start: Start = time.time_ns) -> SendLog:
    events = open_source("olist", OrderSettings())
    log = send(events, Arrivals([Phase(seconds, rate_per_s)]), Client(address, producer), start=start)
    if log.stopped:
        raise KeyboardInterrupt  # what was sent has been waited for
    return log


@contextmanager
def _sent_one_by_one(address: str, producer: str) -> Iterator["Future[SendLog]"]:
    """Beside the block, what a client sends and measures that waits for each answer before it sends the next."""
    events, many, is_over = open_source("olist", OrderSettings()), Arrivals([Phase(3600, 10_000)]), threading.Event()
    with ThreadPoolExecutor(1, "one-by-one") as executor:
        client = Client(address, producer, call="unary", in_flight=1)
        sent = executor.submit(send, events, many, client, stop=is_over)
        try:
            yield sent
        finally:
            is_over.set()


def _quantiles(log: SendLog, series: str) -> Quantiles:
    cells, histogram = log.latencies[series], Histogram()
    histogram.record(cells.us, cells.counts)
    found = histogram.quantiles()
    if found is None:
        raise TargetError("no event was acknowledged")
    return found


def _figure(
    name: str, expected_s: float, all_measured: tuple[Quantiles, Quantiles, Quantiles], freeze_s: float
) -> Figure:
    measured, from_sending, uncorrected = (float(getattr(quantiles, name)) for quantiles in all_measured)
    return Figure(
        name=name,
        expected=round(expected_s * 1000, 3),
        measured=measured,
        from_sending=from_sending,
        uncorrected=uncorrected,
        off=round(abs(measured / 1000 - expected_s) / freeze_s, 4),
    )
