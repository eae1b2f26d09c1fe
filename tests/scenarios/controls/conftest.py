"""The same procedure for sound and broken parts: load, drain, count."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from loadgen.arrivals import Arrivals, Phase
from loadgen.block_source import PER_BLOCK
from loadgen.client import Client
from loadgen.events import Event
from loadgen.generated import GeneratedOrders
from loadgen.order_settings import LAST_DAY, OrderSettings
from loadgen.send import send
from loadgen.send_log import SendLog, Sent
from reports.record import Ledger
from scenarios.audit.count import count
from scenarios.audit.lake_reader import LakeReader
from scenarios.audit.marks import Marks
from scenarios.audit.rows import load_lake, load_sent, open_rows
from scenarios.controls.catalogue import Control
from scenarios.runner.drain import drain
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import PipelineSettings

EVENTS = 2 * PER_BLOCK
RATE_PER_S = 1500
DRAIN_S = 60.0


def some_orders() -> Iterator[Event]:
    """Made-up orders of one day, without end; one in 100 has a field renamed, so that it belongs in quarantine."""
    return GeneratedOrders(None, OrderSettings(seed=7, first_day=LAST_DAY, bad_rows={"renamed-field": 0.01}))


class Procedure:
    """Runs a load on the scratch stack and counts what became of it."""

    def __init__(self, stack: EmbeddedTarget) -> None:
        self.stack = stack
        self.endpoints = stack.status().endpoints

    def put_in(self, control: Control | None, flush_seconds: float = 1) -> None:
        """Run the control's part in place of the sound one; None: all parts are sound."""
        settings = PipelineSettings(flush_seconds=flush_seconds)
        if control is not None:
            settings = PipelineSettings(
                writers=control.writers,
                flush_seconds=flush_seconds,
                writer_program=control.writer_program,
                ingest_program=control.ingest_program,
            )
        self.stack.configure(settings)

    def run(
        self,
        in_mid_load: Callable[[], None] = lambda: None,
        afterwards: Callable[[SendLog], object] = lambda _log: None,
    ) -> Ledger:
        """Send, drain, count.

        Args:
            in_mid_load: what is done when half of the events are sent; the others wait for it.
            afterwards: what is done with the sender's record before the drain.
        """
        # Not kept for the next run: a client that has met the group's coordinator may not find it after a restart.
        watch = TopicWatch(self.endpoints)
        marks = Marks(watch.topic_id(), watch.ends())
        halfway = _Halfway(in_mid_load)
        log = send(
            halfway.events(),
            Arrivals([Phase(EVENTS / RATE_PER_S, RATE_PER_S)]),
            Client(self.endpoints.grpc, f"control-{uuid4().hex[:8]}"),
            progress=halfway.progress,
        )
        afterwards(log)
        drained = drain(watch.lag_or_none, time.monotonic, time.sleep, lambda _lag: None, DRAIN_S)
        assert drained.whole, self._writers_said()
        with open_rows() as db:
            load_sent(db, log.table)
            load_lake(db, LakeReader(self.endpoints), marks, log.producer)
            return count(db)

    def _writers_said(self) -> str:
        logs = [Path(part.log) for part in self.stack.status().parts if part.name.startswith("writer-")]
        return "\n".join(f"{log.name}:\n{log.read_text()}" for log in logs)


class _Halfway:
    """Some orders, in whose middle something is done once the first half is acknowledged; the others wait for it."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._first_half_acked = threading.Event()

    def events(self) -> Iterator[Event]:
        for number, event in enumerate(some_orders()):
            if number == EVENTS // 2:
                assert self._first_half_acked.wait(DRAIN_S)
                self._do()
            yield event

    def progress(self, sent: Sent) -> None:
        if sent.ok >= EVENTS // 2:
            self._first_half_acked.set()


@pytest.fixture(scope="module")
def procedure(scratch_stack: EmbeddedTarget) -> Iterator[Procedure]:
    """On the scratch stack, whose own settings it has again in the end."""
    yield Procedure(scratch_stack)
    scratch_stack.configure(None)
