"""What became of each event sent: one row an event, kept in columns, and the figures that come from them.

Times are nanoseconds since 1970 UTC on one clock that does not jump. An event's row moves once, from planned to sent
or from planned to failed, and once more from sent to what the answer says; for each further try it begins anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StreamBreak:
    """A stream that ended before the plan did: when, and the gRPC status code and details it ended with."""

    at_ns: int
    code: int
    details: str


@dataclass(frozen=True, slots=True)
class Latencies:
    """Latencies counted as HdrHistogram does it: equal to three digits, they share a count.

    Attributes:
        seconds: after the plan's start, in which the events were due.
        us: the least of those that share a count, microseconds.
        counts: how many they are.
    """

    seconds: Counts
    us: Counts
    counts: Counts


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a send is: counts since its start, and the latencies, from the intended time, of the acks that came
    since the last look; their seconds say nothing."""

    planned: int
    sent: int
    ok: int
    failed: int
    unknown: int
    latencies: Latencies


@dataclass(frozen=True)
class SendLog:
    """The record of one send.

    `table` lies in a file that is mapped. It has a row for each event that was due, in the order of `seq`:
      seq, intended_ns    int64, never null
      offered_ns          int64, when the sender got to it, never null; its distance from intended_ns is its lateness
      sent_ns             int64, of the last try that was handed to the connection; null if none ever was
      acked_ns            int64, when the answer to that try came, of whatever outcome; null without an answer
      outcome             "ok", "failed" or "unknown", dictionary-encoded
      code                int32, a gRPC status code, 0 for ok
      stream              int32, the number of the stream that it was handed to, from 0; null if it never was
      partition, offset   int32 and int64, where the event is in Kafka; null unless ok
      crc32c              int64, of the payload's UTF-8 bytes
      price_cents         int64, null for an order without items
      spoilt              bool, made unreadable on purpose
      tries               int32, how often its turn came, from 1

    `start_ns` is when the plan's time began, `latencies` those of the whole: `ack` from the intended time and `ack_raw`
    from the sending, of the events that are ok, and `lateness`, the sender's own, of all. `stray_acks` counts answers
    to no event that waited for one. `stopped` says that the end of the source was not reached, or the answers not
    waited for. `payload_bytes` is the sum of all payloads. Senders on several machines read clocks that may differ by
    up to `clock_error_ns`.
    """

    producer: str
    table: pa.Table
    start_ns: int
    latencies: Mapping[str, Latencies]
    breaks: tuple[StreamBreak, ...]
    stray_acks: int
    stopped: bool
    payload_bytes: int
    clock_error_ns: int = 0

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

    @property
    def spoilt(self) -> int:
        """How many events were made unreadable on purpose."""
        return pc.sum(self.table["spoilt"]).as_py() or 0

    @property
    def sent_again(self) -> int:
        """How many events had more than one try."""
        batches = self.table.select(["tries"]).to_batches()
        return sum(pc.greater(batch.column("tries"), pa.scalar(1, pa.int32())).true_count for batch in batches)

    def rate_held(self, planned_s: float) -> float:
        """Events acknowledged a second, from when the first was due to the last ack, or to the plan's end if that is
        later: a server that answered no more did not hold the rate."""
        last = [_last_ack(batch) for batch in self.table.to_batches()]
        first: int | None = pc.min(self.table["intended_ns"]).as_py()
        acked = [at for at in last if at is not None]
        return 0.0 if not acked or first is None else self.ok / max((max(acked) - first) / 1e9, planned_s)

    def _count(self, outcome: str) -> int:
        # Batch by batch: the whole may be larger than memory.
        batches = self.table.select(["outcome"]).to_batches()
        return sum(where(batch, outcome).true_count for batch in batches)


def where(batch: pa.RecordBatch, outcome: str) -> pa.BooleanArray:
    """Which of the table's rows have that outcome."""
    return pc.equal(batch.column("outcome"), pa.scalar(outcome))


def _last_ack(batch: pa.RecordBatch) -> int | None:
    last: int | None = pc.max(batch.column("acked_ns").filter(where(batch, "ok"))).as_py()
    return last
