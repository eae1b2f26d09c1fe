"""A worker's share of a plan as Locust's users do it: each takes the event that is due next, and its row keeps what
became of it. For the greenlets of one hub."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import google_crc32c
import numpy as np
from gevent.event import Event as Signal
from keystone.ingest.v1.ingestion_pb2 import EventRequest
from numpy.typing import NDArray

from loadgen.blocks import planned_blocks
from loadgen.clock import Clock
from loadgen.row_file import NONE, RowFile, batch_of
from loadgen.send_log import Latencies, SendLog, Sent
from loadgen.task import Task

OK, FAILED, UNKNOWN = range(3)
"""Outcomes, by their places in loadgen.row_file.OUTCOMES."""


@dataclass(slots=True)
class Row:
    """What became of one event, with the names that loadgen.row_file.batch_of takes."""

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
        planned = None if self._stopped.is_set() else next(self._planned, None)
        if planned is None:
            self._is_exhausted = True
            self._end_if_over()
            return None
        seq, due_ns, payload, price_cents, spoilt = planned
        intended_ns = self._start_ns + due_ns
        self._held += 1
        is_stopped = self._stopped.wait(max(intended_ns - self._clock.now_ns(), 0) / 1e9)
        self._held -= 1
        if is_stopped:
            self._end_if_over()
            return None
        request = EventRequest(payload_json=payload, producer=self._task.producer, seq=seq, intended_ns=intended_ns)
        checksum, now_ns = google_crc32c.value(payload.encode()), self._clock.now_ns()
        row = Row(intended_ns, now_ns, now_ns, checksum, NONE if price_cents is None else price_cents, int(spoilt))
        self._rows.append(row)
        self._payload_bytes += len(payload.encode())
        return request, row

    def settle(self, row: Row, outcome: int, code: int, partition: int = -1, offset: int = NONE) -> float:
        """Its answer came; how many milliseconds after its sending."""
        row.acked_ns, row.outcome, row.code = self._clock.now_ns(), outcome, code
        row.partition, row.offset = partition, offset
        self._settled[outcome] += 1
        if outcome == OK:
            self._recent_us.append((row.acked_ns - row.intended_ns) // 1000)
        self._end_if_over()
        return (row.acked_ns - row.sent_ns) / 1e6

    def sent(self) -> Sent:
        """How far it is."""
        us, self._recent_us = np.array(self._recent_us, np.int64), []
        planned, (ok, failed, unknown) = len(self._rows), self._settled
        return Sent(planned, planned, ok, failed, unknown, Latencies(np.zeros_like(us), us, np.ones_like(us)))

    def log(self) -> SendLog:
        """The record, once it is over."""
        columns = {name: np.array([getattr(row, name) for row in self._rows], np.int64) for name in Row.__slots__}
        narrow = {"outcome": np.int8, "spoilt": np.int8, "code": np.int32, "stream": np.int32, "partition": np.int32}
        with RowFile() as file:
            share = self._task.share
            file.write(batch_of(columns | {n: columns[n].astype(t) for n, t in narrow.items()}, share.index, share.of))
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


def _planned(task: Task) -> Iterator[tuple[int, int, str, int | None, bool]]:
    """Of each event of the share: seq, due time, payload, price, spoilt."""
    numbers = count(task.share.index, task.share.of)
    for block, due_ns in planned_blocks(task.events(), task.arrivals, task.share):
        for (payload, price_cents, spoilt), at_ns in zip(block.rows(), due_ns.tolist(), strict=True):
            yield next(numbers), at_ns, payload, price_cents, spoilt
