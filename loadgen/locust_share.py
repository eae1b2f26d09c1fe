"""A worker's share of a plan as Locust's users do it: each takes the event that is due next, and says what became of
it. For the greenlets of one hub."""

from collections.abc import Iterator
from itertools import count
from typing import Protocol

import google_crc32c
import numpy as np
from gevent.event import Event as Signal
from keystone.ingest.v1.ingestion_pb2 import EventRequest

from loadgen.blocks import planned_blocks
from loadgen.cell_file import CellFiles
from loadgen.clock import Clock
from loadgen.errors import LoadgenError
from loadgen.locust_rows import NEVER_SENT, OK, Answered, Row, Rows
from loadgen.order_settings import OrderSettings
from loadgen.row_file import NONE, RowFile
from loadgen.send_log import Latencies, SendLog, Sent
from loadgen.source import open_source
from loadgen.task import Task

Planned = tuple[int, int, str, int | None, bool]
"""Seq, due time, payload, price, spoilt."""


class Share(Protocol):
    """Where users have their events from."""

    def take(self) -> tuple[EventRequest, Row] | None:
        """The next event, at its time; None if there is no more."""
        ...

    def settle(self, row: Row, answered: Answered) -> float:
        """What became of it; how many milliseconds it took."""
        ...


class EndlessOrders:
    """Made-up orders, each due when a user is free; nothing is kept of them."""

    def __init__(self, producer: str, seed: int) -> None:
        self._producer, self._clock, self._numbers = producer, Clock(), count()
        self._orders = open_source("olist", OrderSettings(seed=seed))

    def take(self) -> tuple[EventRequest, Row]:
        """The next."""
        now_ns, order = self._clock.now_ns(), next(self._orders)
        seq = next(self._numbers)
        request = EventRequest(payload_json=order.payload, producer=self._producer, seq=seq, intended_ns=now_ns)
        row = Row(seq, now_ns, 0, NONE, 0)
        row.hand_over(now_ns)
        return request, row

    def settle(self, row: Row, answered: Answered) -> float:
        """How many milliseconds it took."""
        return answered.note(row, self._clock.now_ns())


class LocustShare:
    """Hands events out when they are due, and counts what became of them."""

    def __init__(self, task: Task, clock: Clock, file: RowFile, cells: CellFiles) -> None:
        """Open the events, whose rows go to `file`; raises SourceError if they cannot be."""
        self.is_over = Signal()
        """No event is left, and all that were taken are settled."""
        self._task, self._clock, self._file = task, clock, file
        self._rows = Rows(file, cells)
        self._planned = _planned(task)
        self._started, self._stopped = Signal(), Signal()
        self._start_ns = 0
        self._open = self._sent = 0
        self._settled = [0, 0, 0]
        self._recent_us: list[int] = []
        self._payload_bytes = 0
        self._is_exhausted = False
        self._failed: LoadgenError | None = None

    def begin(self, start_ns: int) -> None:
        """The plan's time begins then."""
        self._start_ns = self._rows.start_ns = start_ns
        self._started.set()

    def stop(self) -> None:
        """Hand out no more."""
        self._stopped.set()
        self._started.set()
        self._end_if_over()

    def take(self) -> tuple[EventRequest, Row] | None:
        """The next event, at its time; None if there is no more."""
        self._started.wait()
        planned = None if self._stopped.is_set() else self._next()
        if planned is None:
            self._is_exhausted = True
            self._end_if_over()
            return None
        payload, row = planned
        try:
            if self._stopped.wait(max(row.intended_ns - self._clock.now_ns(), 0) / 1e9):
                return None
            row.hand_over(self._clock.now_ns())
            self._sent += 1
            self._payload_bytes += len(payload)
        finally:
            # Locust may end a user while it waits: then nobody sends the event, and it has no row.
            if row.sent_ns == NONE:
                row.outcome = NEVER_SENT
                self._close()
        request = EventRequest(
            payload_json=payload.decode(), producer=self._task.client.producer, seq=row.seq, intended_ns=row.intended_ns
        )
        return request, row

    def _next(self) -> tuple[bytes, Row] | None:
        try:
            planned = next(self._planned, None)
        except LoadgenError as error:
            # Locust would log what a user raises, and go on.
            self._failed = error
            return None
        if planned is None:
            return None
        seq, due_ns, text, price_cents, spoilt = planned
        payload, price = text.encode(), NONE if price_cents is None else price_cents
        row = Row(seq, self._start_ns + due_ns, google_crc32c.value(payload), price, int(spoilt))
        self._rows.add(row)
        self._open += 1
        return payload, row

    def settle(self, row: Row, answered: Answered) -> float:
        """Its answer came, or none will; how many milliseconds after its sending."""
        took_ms = answered.note(row, self._clock.now_ns())
        self._settled[row.outcome] += 1
        if row.outcome == OK:
            self._recent_us.append((row.acked_ns - row.intended_ns) // 1000)
        self._close()
        return took_ms

    def sent(self) -> Sent:
        """How far it is. Rows are written here, and not by the user whose answer came."""
        self._rows.take_settled()
        us, self._recent_us = np.array(self._recent_us, np.int64), []
        ok, failed, unknown = self._settled
        latencies = Latencies(np.zeros_like(us), us, np.ones_like(us))
        return Sent(self._sent, self._sent, ok, failed, unknown, latencies)

    def log(self) -> SendLog:
        """The record, once it is over.

        Raises:
            LoadgenError: the events could not be read to their end.
        """
        if self._failed is not None:
            raise self._failed
        self._rows.take_settled()
        return SendLog(
            producer=self._task.client.producer,
            table=self._file.table(),
            start_ns=self._start_ns,
            latencies=self._rows.latencies(),
            breaks=(),
            stray_acks=0,
            stopped=self._stopped.is_set(),
            payload_bytes=self._payload_bytes,
        )

    def _close(self) -> None:
        self._open -= 1
        self._end_if_over()

    def _end_if_over(self) -> None:
        if self._open == 0 and (self._is_exhausted or self._stopped.is_set()):
            self.is_over.set()


def _planned(task: Task) -> Iterator[Planned]:
    """Of each event of the share: seq, due time, payload, price, spoilt."""
    numbers = count(task.client.share.index, task.client.share.of)
    for block, due_ns in planned_blocks(task.events(), task.arrivals, task.client.share):
        for (payload, price_cents, spoilt), at_ns in zip(block.rows(), due_ns.tolist(), strict=True):
            yield next(numbers), at_ns, payload, price_cents, spoilt
