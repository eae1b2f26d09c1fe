"""The load of a scenario: warm-up, then the phases, with whatever is spoilt on purpose."""

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from loadgen.arrivals import Arrivals, Phase
from loadgen.blocks import planned_blocks
from loadgen.client import Client
from loadgen.clock import Clock
from loadgen.events import Event
from loadgen.fleet import Fleet
from loadgen.order_settings import OrderSettings
from loadgen.send import Progress, send
from loadgen.send_log import SendLog, Sent
from loadgen.source import is_generated, open_source
from loadgen.task import Task
from scenarios.model.scenario import Scenario
from scenarios.targets.interface import Endpoints

WARM_UP_SEED = 2**64 - 1
"""Warm-up orders are made up, whatever the scenario sends: its own are for the part that is judged. No scenario has
this seed, so that no order comes in both."""


def open_events(scenario: Scenario, now: datetime, run_id: str) -> Iterator[Event]:
    """The scenario's events, from the beginning; the same at every call.

    Args:
        now: local time without a zone, as orders have it; when shifted orders are purchased.
        run_id: no two runs send orders of the same ids, or the second one's would be repetitions of the first one's.

    Raises:
        SourceError: they cannot be read.
    """
    return open_source(scenario.events, _orders(scenario, now, run_id))


def check_events(scenario: Scenario, now: datetime) -> None:
    """Read all that would be sent, so that a bad line is found now and not in the middle of a run.

    Raises:
        SourceError: as open_events and the events themselves do.
    """
    events = open_events(scenario, now, run_id="")
    if not is_generated(scenario.events):
        deque(planned_blocks(events, arrivals_of(scenario)), maxlen=0)


def arrivals_of(scenario: Scenario) -> Arrivals:
    """The phases as a plan."""
    poisson_seed = scenario.seed if scenario.arrivals == "poisson" else None
    return Arrivals([phase.planned for phase in scenario.phases], poisson_seed)


def warm_up(scenario: Scenario, endpoints: Endpoints, producer: str, say: Progress) -> SendLog | None:
    """Send at the first phase's rate for a while, under another producer's name; None if there is no warm-up.

    Raises:
        KeyboardInterrupt: Ctrl-C stopped it; what was sent has been waited for.
    """
    if scenario.warm_up_s == 0:
        return None
    arrivals = Arrivals([Phase(scenario.warm_up_s, scenario.phases[0].rate_per_s)])
    first_day, last_day = scenario.first_day, scenario.last_day
    orders = OrderSettings(seed=WARM_UP_SEED, id_salt=_salt(producer), first_day=first_day, last_day=last_day)
    events = open_source("olist", orders)
    name = f"{producer}/warm-up"
    return _whole(send(events, arrivals, _client(scenario, endpoints, name), progress=say))


def task_of(scenario: Scenario, now: datetime, endpoints: Endpoints, producer: str) -> Task:
    """All phases, as whoever sends them takes them: the run, as its events' producer; `now` as for open_events."""
    return Task(
        source=scenario.events,
        orders=_orders(scenario, now, producer),
        arrivals=arrivals_of(scenario),
        client=_client(scenario, endpoints, producer),
    )


def _client(scenario: Scenario, endpoints: Endpoints, producer: str) -> Client:
    return Client(
        endpoints.grpc,
        producer,
        security=endpoints.security,
        call=scenario.call,
        connections=scenario.connections,
        retries=scenario.retries,
    )


def ready_to_send(
    task: Task, fleet: Fleet | None, clock: Clock, folder: Path
) -> Callable[[Callable[[Sent], None]], SendLog]:
    """Whatever takes long before the first event is done here: files are opened, and a fleet's workers made ready.

    Args:
        fleet: who sends, if not this process.
        folder: where what became of the events may lie.

    Returns:
        A function that sends it all, told how to show the progress. It raises KeyboardInterrupt after Ctrl-C, when what
        was sent has been waited for.

    Raises:
        LoadgenError: the events cannot be read, nobody answers, or a sender went; so does the function.
    """
    if fleet is None:
        events = task.events()
        return lambda progress: _whole(task.send(events, clock=clock, progress=progress, folder=folder))
    prepared = fleet.prepare(task, clock, folder)
    return lambda progress: _whole(prepared.send(progress))


def _orders(scenario: Scenario, now: datetime, run_id: str) -> OrderSettings:
    return OrderSettings(
        seed=scenario.seed,
        id_salt=_salt(run_id),
        first_day=scenario.first_day,
        last_day=scenario.last_day,
        purchased_at=now if scenario.shift_dates else None,
        bad_rows=scenario.bad_rows,
    )


def _salt(run_id: str) -> int:
    return zlib.crc32(run_id.encode())


def _whole(log: SendLog) -> SendLog:
    if log.stopped:
        raise KeyboardInterrupt
    return log
