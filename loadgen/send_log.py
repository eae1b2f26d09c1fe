"""What became of each event sent: one row an event, kept in columns, and the figures that come from them.

Times are nanoseconds since 1970 UTC on one clock that does not jump. An event's row moves once, from planned to sent
or from planned to failed, and once more from sent to what the answer says.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from keystone_native import LoadEngine
from numpy.typing import NDArray

_NONE = -(2**63)
"""Stands in the engine's columns for null."""

_ZERO: Final = pa.scalar(0, pa.int32())


OUTCOMES: Final = ("ok", "failed", "unknown")
"""Whether an event is in the log: the engine's numbers for it, by place."""


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
    latencies_ns: NDArray[np.int64]


@dataclass(frozen=True)
class SendLog:
    """The record of one send.

    `table` has a row for each event that was due, in the order of `seq`:
      seq, intended_ns    int64, never null
      offered_ns          int64, when the sender got to it, never null; its distance from intended_ns is its lateness
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
    reached, or the answers not waited for. `payload_bytes` is the sum of all payloads.
    """

    producer: str
    table: pa.Table
    breaks: tuple[StreamBreak, ...]
    stray_acks: int
    stopped: bool
    payload_bytes: int

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


def log_of(engine: LoadEngine, producer: str, *, stopped: bool) -> SendLog:
    """The record of a send that is over."""
    rows = engine.rows()
    columns = {name: pa.array(values) for name, values in rows.items()}
    stream = columns["stream"]
    table = pa.table(
        {
            "seq": pa.array(range(len(stream)), pa.int64()),
            "intended_ns": columns["intended_ns"],
            "offered_ns": columns["offered_ns"],
            "sent_ns": _nullable(columns["sent_ns"]),
            "acked_ns": _nullable(columns["acked_ns"]),
            "outcome": pa.DictionaryArray.from_arrays(columns["outcome"], list(OUTCOMES)),
            "code": columns["code"],
            "partition": _only_where(columns["partition"], pc.greater_equal(columns["partition"], _ZERO)),
            "offset": _nullable(columns["offset"]),
            "crc32c": columns["crc32c"],
            "price_cents": _nullable(columns["price_cents"]),
            "stream": _only_where(stream, pc.greater_equal(stream, _ZERO)),
            "spoilt": pc.cast(columns["spoilt"], pa.bool_()),
        }
    )
    breaks = tuple(StreamBreak(*broken) for broken in engine.breaks())
    return SendLog(producer, table, breaks, engine.stray_acks, stopped, engine.payload_bytes)


def _nullable(values: "pa.Array[Any]") -> "pa.Array[Any]":
    return _only_where(values, pc.not_equal(values, pa.scalar(_NONE)))


def _only_where(values: "pa.Array[Any]", mask: pa.BooleanArray) -> "pa.Array[Any]":
    kept: pa.Array[Any] = pc.if_else(mask, values, pa.scalar(None, values.type))
    return kept
