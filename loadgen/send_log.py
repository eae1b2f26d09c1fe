"""What became of each event sent: one row an event, kept in columns, and the figures that come from them.

Times are nanoseconds since 1970 UTC on one clock that does not jump. An event's row moves once, from planned to sent
or from planned to failed, and once more from sent to what the answer says.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_NONE = -(2**63)
"""Stands in a column for null."""


class Outcome(IntEnum):
    """Whether an event is in the log; the names, in lower case, are the values of the column `outcome`."""

    OK = 0
    FAILED = 1
    UNKNOWN = 2
    PENDING = 3


OUTCOMES: Final = ("ok", "failed", "unknown")


@dataclass(frozen=True, slots=True)
class StreamBreak:
    """A stream that ended before the plan did: when, and the gRPC status code and details it ended with."""

    at_ns: int
    code: int
    details: str


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a send is: counts since its start, and the latencies (ns, from the intended time) of the acks that came
    since the last look."""

    planned: int
    sent: int
    ok: int
    failed: int
    unknown: int
    latencies_ns: Sequence[int]


@dataclass(frozen=True)
class SendLog:
    """The record of one send.

    `table` has a row for each event that was due, in the order of `seq`:
      seq, intended_ns    int64, never null
      sent_ns             int64, null for an event that was never handed to the connection
      acked_ns            int64, when an answer of whatever outcome came; null without an answer
      outcome             "ok", "failed" or "unknown", dictionary-encoded
      code                int32, a gRPC status code, 0 for ok
      stream              int32, the number of the stream that it was handed to, from 0; null if it never was
      partition, offset   int32 and int64, where the event is in Kafka; null unless ok
      crc32c              int64, of the payload's UTF-8 bytes
      price_cents         int64, null for an order without items
      spoilt              bool, made unreadable on purpose

    `stray_acks` counts answers to no event that waited for one. `stopped` says that the end of the source was not
    reached.
    """

    producer: str
    table: pa.Table
    breaks: tuple[StreamBreak, ...]
    stray_acks: int
    stopped: bool

    @property
    def planned(self) -> int:
        """How many events were due."""
        return int(self.table.num_rows)

    @property
    def sent(self) -> int:
        """How many events may have left: those handed to the connection."""
        return self.planned - int(self.table["sent_ns"].null_count)

    @property
    def ok(self) -> int:
        """How many events are in the log."""
        return self._count("ok")

    @property
    def failed(self) -> int:
        """How many events are certainly not in the log, those never sent included."""
        return self._count("failed")

    @property
    def unknown(self) -> int:
        """How many events are in the log or not: nobody can tell."""
        return self._count("unknown")

    def rate_held(self, planned_s: float) -> float:
        """Events acknowledged a second, from when the first was due to the last ack, or to the plan's end if that is
        later: a server that answered no more did not hold the rate."""
        last: int | None = pc.max(self.table.filter(pc.field("outcome") == "ok")["acked_ns"]).as_py()
        first: int | None = pc.min(self.table["intended_ns"]).as_py()
        return 0.0 if last is None or first is None else self.ok / max((last - first) / 1e9, planned_s)

    def _count(self, outcome: str) -> int:
        return self.table.filter(pc.field("outcome") == outcome).num_rows


class Recorder:
    """Gathers the rows while events are sent; used from one thread, its counts may be read from any.

    About 65 bytes an event: columns of plain numbers and no object of its own.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.ok = 0
        self.failed = 0
        self.unknown = 0
        self.stray_acks = 0
        self.breaks: list[StreamBreak] = []
        self._settled_below = 0
        self._intended_ns = array("q")
        self._sent_ns = array("q")
        self._acked_ns = array("q")
        self._outcome = array("b")
        self._code = array("i")
        self._partition = array("i")
        self._offset = array("q")
        self._crc32c = array("q")
        self._price_cents = array("q")
        self._stream = array("i")
        self._spoilt = array("b")
        self._recent_ns: list[int] = []

    @property
    def open(self) -> int:
        """How many events are planned or sent and not settled."""
        return len(self._outcome) - self.ok - self.failed - self.unknown

    def so_far(self) -> Sent:
        """The counts now; each latency is handed out once."""
        recent, self._recent_ns = self._recent_ns, []
        return Sent(len(self._outcome), self.sent, self.ok, self.failed, self.unknown, recent)

    def plan(self, intended_ns: int, crc32c: int, price_cents: int | None, *, spoilt: bool = False) -> None:
        """Add the row of the next event; its number is the count of rows before."""
        self._intended_ns.append(intended_ns)
        self._sent_ns.append(_NONE)
        self._acked_ns.append(_NONE)
        self._outcome.append(Outcome.PENDING)
        self._code.append(0)
        self._partition.append(-1)
        self._offset.append(_NONE)
        self._crc32c.append(crc32c)
        self._price_cents.append(_NONE if price_cents is None else price_cents)
        self._stream.append(-1)
        self._spoilt.append(spoilt)

    def hand_over(self, seq: int, now_ns: int, stream: int) -> None:
        """The event goes to a stream: from now on it may be in the log, whatever happens."""
        self._sent_ns[seq] = now_ns
        self._stream[seq] = stream
        self.sent += 1

    def not_sent(self, seq: int, code: int) -> None:
        """The event was never handed over, so it is certainly not in the log."""
        self._settle(seq, Outcome.FAILED, code)

    def acknowledge(self, seq: int, outcome: Outcome, code: int, now_ns: int) -> bool:
        """Take an answer; False, and counted as stray, if no such event waits for one."""
        if seq >= len(self._outcome) or self._outcome[seq] != Outcome.PENDING or self._sent_ns[seq] == _NONE:
            self.stray_acks += 1
            return False
        self._acked_ns[seq] = now_ns
        if outcome == Outcome.OK:
            self._recent_ns.append(now_ns - self._intended_ns[seq])
        self._settle(seq, outcome, code)
        return True

    def place(self, seq: int, partition: int, offset: int) -> None:
        """Where an acknowledged event is in Kafka."""
        self._partition[seq] = partition
        self._offset[seq] = offset

    def lose_sent(self, code: int) -> None:
        """No answer will come any more: what was sent and has none is unknown."""
        for seq in range(self._settled_below, len(self._outcome)):
            if self._outcome[seq] == Outcome.PENDING and self._sent_ns[seq] != _NONE:
                self._settle(seq, Outcome.UNKNOWN, code)
        self._settled_below = len(self._outcome)

    def log(self, *, producer: str, stopped: bool) -> SendLog:
        """The finished record; no event may be open, and nothing may be recorded afterwards."""
        return SendLog(
            producer=producer,
            table=self._table(),
            breaks=tuple(self.breaks),
            stray_acks=self.stray_acks,
            stopped=stopped,
        )

    def _settle(self, seq: int, outcome: Outcome, code: int) -> None:
        self._outcome[seq] = outcome
        self._code[seq] = code
        if outcome == Outcome.OK:
            self.ok += 1
        elif outcome == Outcome.FAILED:
            self.failed += 1
        else:
            self.unknown += 1

    def _table(self) -> pa.Table:
        rows = len(self._outcome)
        outcome = pa.DictionaryArray.from_arrays(_column(self._outcome, pa.int8()), list(OUTCOMES))
        in_log = pc.equal(_column(self._outcome, pa.int8()), pa.scalar(int(Outcome.OK), pa.int8()))
        streams = _column(self._stream, pa.int32())
        return pa.table(
            {
                "seq": pa.array(range(rows), pa.int64()),
                "intended_ns": _column(self._intended_ns, pa.int64()),
                "sent_ns": _nullable(self._sent_ns),
                "acked_ns": _nullable(self._acked_ns),
                "outcome": outcome,
                "code": _column(self._code, pa.int32()),
                "partition": _only_where(_column(self._partition, pa.int32()), in_log),
                "offset": _nullable(self._offset),
                "crc32c": _column(self._crc32c, pa.int64()),
                "price_cents": _nullable(self._price_cents),
                "stream": _only_where(streams, pc.greater_equal(streams, pa.scalar(0, pa.int32()))),
                "spoilt": pc.cast(_column(self._spoilt, pa.int8()), pa.bool_()),
            }
        )


def _column(values: "array[int]", kind: pa.DataType) -> "pa.Array[Any]":
    """The values as Arrow sees them, without a copy; keeps the array alive and at its size."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _nullable(values: "array[int]") -> "pa.Array[Any]":
    return _only_where(_column(values, pa.int64()), pc.not_equal(_column(values, pa.int64()), pa.scalar(_NONE)))


def _only_where(values: "pa.Array[Any]", mask: pa.BooleanArray) -> "pa.Array[Any]":
    kept: pa.Array[Any] = pc.if_else(mask, values, pa.scalar(None, values.type))
    return kept
