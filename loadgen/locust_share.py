"""A worker's share of a plan as Locust's users do it: each takes the event that is due next, and its row keeps what
became of it. For the greenlets of one hub."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import google_crc32c
import numpy as np
from gevent.event import Event as Signal
from keystone.ingest.v1.ingestion_pb2 import EventRequest
from numpy.typing import NDArray

from loadgen.blocks import planned_blocks
from loadgen.clock import Clock
from loadgen.errors import LoadgenError
from loadgen.order_settings import OrderSettings
from loadgen.row_file import NONE, RowFile, batch_of
from loadgen.send_log import Latencies, SendLog, Sent
from loadgen.source import open_source
from loadgen.task import Task

OK, FAILED, UNKNOWN = range(3)
"""Outcomes, by their places in loadgen.row_file.OUTCOMES."""


Planned = tuple[int, int, str, int | None, bool]
"""Seq, due time, payload, price, spoilt."""


@dataclass(slots=True)
class Row:
    """What became of one event, with the names that loadgen.row_file.batch_of takes."""

    seq: int
    intended_ns: int
    offered_ns: int
    sent_ns: int
    crc32c: int
    price_cents: int
    spoilt: int
    acked_ns: int = NONE
    outcome: int = UNKNOWN
    code: int = 0
    stream: int = -1
    partition: int = -1
    offset: int = NONE
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call ended with."""

    outcome: int
    code: int
    partition: int = -1
    offset: int = NONE

    def note(self, row: Row, now_ns: int) -> float:
        """Put it into the event's row; how many milliseconds it took."""
        row.acked_ns, row.outcome, row.code = now_ns, self.outcome, self.code
        row.partition, row.offset = self.partition, self.offset
        return (now_ns - row.sent_ns) / 1e6


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
        return request, Row(seq, now_ns, now_ns, now_ns, 0, NONE, 0)

    def settle(self, row: Row, answered: Answered) -> float:
        """How many milliseconds it took."""
        return answered.note(row, self._clock.now_ns())


class LocustShare:
    """Hands events out when they are due, and counts what became of them."""

    def __init__(self, task: Task, clock: Clock) -> None:
        """Open the events; raises SourceError if they cannot be."""
        self.is_over = Signal()
        """No event is left, and all that were taken are settled."""
        self._task, self._clock = task, clock
        self._planned = _planned(task)
        self._started, self._stopped = Signal(), Signal()
        self._start_ns = 0
        self._rows: list[Row] = []
        self._settled = [0, 0, 0]
        self._recent_us: list[int] = []
        self._payload_bytes = 0
        self._held = 0
        """Events that users have and that are not due yet."""
        self._is_exhausted = False
        self._failed: LoadgenError | None = None

    def begin(self, start_ns: int) -> None:
        """The plan's time begins then."""
        self._start_ns = start_ns
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
        seq, due_ns, payload, price_cents, spoilt = planned
        intended_ns = self._start_ns + due_ns
        self._held += 1
        try:
            if self._stopped.wait(max(intended_ns - self._clock.now_ns(), 0) / 1e9):
                return None
            checksum, now_ns = google_crc32c.value(payload.encode()), self._clock.now_ns()
            price = NONE if price_cents is None else price_cents
            row = Row(seq, intended_ns, now_ns, now_ns, checksum, price, int(spoilt))
            self._rows.append(row)
            self._payload_bytes += len(payload.encode())
        finally:
            # Locust may end a user while it waits: then nobody sends the event, and it has no row.
            self._held -= 1
            self._end_if_over()
        return EventRequest(payload_json=payload, producer=self._task.producer, seq=seq, intended_ns=intended_ns), row

    def _next(self) -> Planned | None:
        try:
            return next(self._planned, None)
        except LoadgenError as error:
            # Locust would log what a user raises, and go on.
            self._failed = error
            return None

    def settle(self, row: Row, answered: Answered) -> float:
        """Its answer came, or none will; how many milliseconds after its sending."""
        took_ms = answered.note(row, self._clock.now_ns())
        self._settled[row.outcome] += 1
        if row.outcome == OK:
            self._recent_us.append((row.acked_ns - row.intended_ns) // 1000)
        self._end_if_over()
        return took_ms

    def sent(self) -> Sent:
        """How far it is."""
        us, self._recent_us = np.array(self._recent_us, np.int64), []
        planned, (ok, failed, unknown) = len(self._rows), self._settled
        return Sent(planned, planned, ok, failed, unknown, Latencies(np.zeros_like(us), us, np.ones_like(us)))

    def log(self) -> SendLog:
        """The record, once it is over.

        Raises:
            LoadgenError: the events could not be read to their end.
        """
        if self._failed is not None:
            raise self._failed
        # Users wake in any order; some may have been ended with an event in their hands.
        rows = sorted(self._rows, key=lambda row: row.seq)
        columns = {name: np.array([getattr(row, name) for row in rows], np.int64) for name in Row.__slots__}
        narrow = {
            "outcome": np.int8,
            "spoilt": np.int8,
            "code": np.int32,
            "stream": np.int32,
            "partition": np.int32,
        } | {"tries": np.int32}
        with RowFile() as file:
            file.write(batch_of(columns | {name: columns[name].astype(kind) for name, kind in narrow.items()}))
            table = file.table()
        acked = columns["outcome"] == OK
        return SendLog(
            producer=self._task.producer,
            table=table,
            start_ns=self._start_ns,
            latencies={
                "ack": self._latencies(columns, acked, "intended_ns", "acked_ns"),
                "ack_raw": self._latencies(columns, acked, "sent_ns", "acked_ns"),
                "lateness": self._latencies(columns, np.ones_like(acked), "intended_ns", "offered_ns"),
            },
            breaks=(),
            stray_acks=0,
            stopped=self._stopped.is_set(),
            payload_bytes=self._payload_bytes,
        )

    def _latencies(
        self, columns: dict[str, NDArray[np.int64]], of: NDArray[np.bool_], since: str, until: str
    ) -> Latencies:
        seconds = (columns["intended_ns"][of] - self._start_ns) // 10**9
        us = np.maximum(columns[until][of] - columns[since][of], 0) // 1000
        return Latencies(seconds, us, np.ones_like(us))

    def _end_if_over(self) -> None:
        is_ended = self._is_exhausted or self._stopped.is_set()
        if is_ended and self._held == 0 and sum(self._settled) == len(self._rows):
            self.is_over.set()


def _planned(task: Task) -> Iterator[Planned]:
    """Of each event of the share: seq, due time, payload, price, spoilt."""
    numbers = count(task.share.index, task.share.of)
    for block, due_ns in planned_blocks(task.events(), task.arrivals, task.share):
        for (payload, price_cents, spoilt), at_ns in zip(block.rows(), due_ns.tolist(), strict=True):
            yield next(numbers), at_ns, payload, price_cents, spoilt
