"""A batch of records into the three tables: does on the real lake what the protocol's programs ask for."""

import logging
import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyiceberg.manifest import DataFile

from reference.decode.records import Record
from reference.errors import PartitionStopped, PinDamaged
from reference.lake.files import PartitionedFiles
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore
from reference.protocol.decisions import Cut, LakeOffsets
from reference.protocol.effects import (
    Age,
    Append,
    Decode,
    DecodePinned,
    Effect,
    Landed,
    Load,
    LookFor,
    Pause,
    PutPin,
    WriteFiles,
)
from reference.protocol.offsets import Range
from reference.protocol.performing import perform
from reference.protocol.pins import PinnedDecode
from reference.protocol.summary import CommitSummary
from reference.protocol.writing import read_lake, write
from reference.state.batch_entry import BatchEntry
from reference.writer.decoding import BatchDecoder, DecodedBatch
from reference.writer.journaling import Timing, landed
from reference.writer.rows import bronze_rows, quarantine_rows, silver_rows

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Records of one or more partitions.

    Attributes:
        ranges: the offsets that the batch covers, one range for each partition, gaps included.
        records: the records in those ranges, in order within a partition.
        pin: name of the decode to follow, where bronze has these ranges already.
    """

    ranges: Sequence[Range]
    records: Sequence[Record]
    pin: str | None


@dataclass(frozen=True)
class Written:
    """Files that the next commit to a table names.

    Attributes:
        rows: how many, for each of `ranges`.
        began_s: when their writing began, by the clock that tells ages.
        done_ns, took_ns: when they were all there, and how long that took.
    """

    ranges: Sequence[Range]
    rows: Sequence[int]
    files: Sequence[DataFile]
    began_s: float
    done_ns: int
    took_ns: int


@dataclass
class Work:
    """A batch under way. What is not set in the beginning is there once its step is done."""

    batch: Batch
    pin: str | None
    decoded: DecodedBatch = field(init=False)
    decode_ns: int = field(init=False)
    written: dict[str, Written] = field(default_factory=dict)


class Flusher:
    """Writes batches of one topic.

    Args:
        reach: called with the name of each failpoint that the work comes to.
        pause: called with the number of a try that did not land, before the next.
        boot_s: a clock in seconds that goes on while the machine sleeps, to tell how old a file is.
    """

    def __init__(
        self,
        topic_id: str,
        writer: str,
        tables: Mapping[str, IcebergTable],
        files: PartitionedFiles,
        pins: PinStore,
        decoder: BatchDecoder,
        reach: Callable[[str], None],
        pause: Callable[[int], None],
        journal: Callable[[Sequence[BatchEntry]], None],
        now_ns: Callable[[], int],
        boot_s: Callable[[], float],
    ) -> None:
        self._topic_id = topic_id
        self._writer = writer
        self._tables = tables
        self._files = files
        self._pins = pins
        self._decoder = decoder
        self._reach = reach
        self._pause = pause
        self._journal = journal
        self._now_ns = now_ns
        self._boot_s = boot_s
        self._work: Work

    def read_offsets(self, partitions: Collection[int]) -> LakeOffsets:
        """The three tables' offsets, for a writer of these partitions."""
        return perform(read_lake(partitions), self.do, self._reach)

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write `batch`; False when another writer moved the offsets, and what was not committed is dropped.

        Args:
            lake: the offsets as they were when the batch was cut.
        """
        self._work = Work(batch, batch.pin)
        program = write(self._topic_id, Cut(tuple(batch.ranges), batch.pin), lake)
        taken = perform(program, self.do, self._reach)
        if taken is not None:
            log.warning("%s: another writer was first with %s; dropped", taken, _spelled(batch.ranges))
        return taken is None

    def do(self, effect: Effect) -> Any:
        """Do one effect; return its answer."""
        match effect:
            case Load(table):
                return self._tables[table].load()
            case Decode() | DecodePinned():
                self._decode(effect)
            case PutPin():
                self._work.pin = self._pins.put(self._work.decoded.decode)
                return self._work.pin
            case WriteFiles(table, ranges):
                self._work.written[table] = self._write_files(table, ranges)
            case Age(table):
                written = self._work.written[table]
                return self._boot_s() - written.began_s if self._tables[table].takes(written.files) else math.inf
            case Append():
                self._append(effect)
            case LookFor(table, snapshot_id):
                return self._tables[table].has_snapshot(snapshot_id)
            case Landed(table):
                self._landed(table)
            case Pause(attempt):
                self._pause(attempt)
            case _:
                raise TypeError(f"a flush does not {effect}")
        return None

    def _decode(self, effect: Decode | DecodePinned) -> None:
        began_ns = self._now_ns()
        records = self._work.batch.records
        if isinstance(effect, Decode):
            self._work.decoded = self._decoder.decode(records)
        else:
            self._work.decoded = self._decoder.decode_pinned(records, self._pin(effect))
        self._work.decode_ns = self._now_ns() - began_ns

    def _pin(self, effect: DecodePinned) -> PinnedDecode:
        try:
            return self._pins.get(effect.pin)
        except PinDamaged as damaged:
            raise PartitionStopped(effect.ranges[0].partition, str(damaged)) from damaged

    def _write_files(self, table: str, ranges: Sequence[Range]) -> Written:
        began_s, began_ns = self._boot_s(), self._now_ns()
        rows = self._rows(table, ranges, self._work.batch, self._work.decoded)
        files = self._files.write(self._tables[table].table.metadata, rows)
        counts = Counter(rows["partition"].to_pylist())
        done_ns = self._now_ns()
        return Written(ranges, [counts[r.partition] for r in ranges], files, began_s, done_ns, done_ns - began_ns)

    def _append(self, append: Append) -> None:
        summary = self._summary(append.table).to_properties()
        files = self._work.written[append.table].files
        self._tables[append.table].append(files, append.properties, append.removals, summary)

    def _landed(self, table: str) -> None:
        written, landed_ns = self._work.written[table], self._now_ns()
        timing = Timing(landed_ns, self._work.decode_ns, written.took_ns, landed_ns - written.done_ns)
        self._journal(landed(table, self._summary(table), written.files, timing))

    def _summary(self, table: str) -> CommitSummary:
        written = self._work.written[table]
        return CommitSummary(self._topic_id, written.ranges, written.rows, self._work.pin or "", self._writer)

    def _rows(self, name: str, ranges: Sequence[Range], batch: Batch, decoded: DecodedBatch) -> pa.Table:
        """The rows that `ranges` add to one table."""
        bounds = {r.partition: r for r in ranges}
        failed = decoded.decode.failed
        chosen: list[int] = []
        orders: list[int] = []
        order = 0
        for i, record in enumerate(batch.records):
            is_failed = record.offset in failed.get(record.partition, {})
            bound = bounds.get(record.partition)
            inside = bound is not None and bound.first <= record.offset < bound.end
            if inside and (name == "bronze" or is_failed == (name == "quarantine")):
                chosen.append(i)
                orders.append(order)
            order += not is_failed
        records, envelopes = [batch.records[i] for i in chosen], [decoded.envelopes[i] for i in chosen]
        if name == "bronze":
            return bronze_rows(self._topic_id, records, envelopes)
        if name == "quarantine":
            reasons = [failed[r.partition][r.offset] for r in records]
            return quarantine_rows(self._topic_id, records, envelopes, reasons)
        return silver_rows(self._topic_id, records, envelopes, decoded.orders.take(pa.array(orders, pa.int64())))


def _spelled(ranges: Sequence[Range]) -> str:
    return ", ".join(f"partition {r.partition} offsets {r.first}-{r.end - 1}" for r in ranges)
