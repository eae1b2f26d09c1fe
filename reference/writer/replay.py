"""Replays quarantined events on the real lake: does what reference.protocol.replaying asks for."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa

from reference.contract import wire
from reference.contract.headers import RecordHeaders
from reference.decode.records import Record
from reference.errors import TopicRecreated
from reference.lake.files import PartitionedFiles
from reference.lake.iceberg_table import IcebergTable
from reference.protocol.effects import (
    Age,
    Append,
    DecodeQuarantined,
    Effect,
    LoadReplay,
    LookFor,
    Pause,
    Replayed,
    WriteReplayed,
)
from reference.protocol.offsets import Range
from reference.protocol.performing import perform
from reference.protocol.replaying import replay, replay_ranges
from reference.writer.decoding import BatchDecoder, DecodedBatch
from reference.writer.rows import silver_rows

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile

OFFSETS_AT_ONCE = 100_000
"""Of each partition; a commit is made for so many, of which most are not in quarantine."""


class Replayer:
    """Replays the quarantined events of the topic that silver follows.

    Args:
        reach, pause, boot_s: as reference.writer.flush.Flusher has them.
    """

    def __init__(
        self,
        silver: IcebergTable,
        quarantine: IcebergTable,
        files: PartitionedFiles,
        decoder: BatchDecoder,
        reach: Callable[[str], None],
        pause: Callable[[int], None],
        boot_s: Callable[[], float],
    ) -> None:
        self._topic_id = ""
        self._silver = silver
        self._quarantine = quarantine
        self._files = files
        self._decoder = decoder
        self._reach = reach
        self._pause = pause
        self._boot_s = boot_s
        self._replay_id = ""
        self._records: Sequence[Record] = ()
        self._decoded: DecodedBatch
        self._written: Sequence[DataFile] = ()
        self._rows = 0
        self._began_s = 0.0

    def replay(self, replay_id: str) -> Iterator[tuple[int, int]]:
        """Go on with a replay to where silver ends now.

        Yields:
            After each commit: how many events were looked at, and how many of them went into silver.

        Raises:
            PipelineError: see reference.protocol.replaying.replay.
        """
        self._replay_id = replay_id
        silver = self._silver.load()
        self._topic_id, ends = silver.topic_id or "", silver.next
        while ranges := replay_ranges(silver, replay_id, ends, OFFSETS_AT_ONCE):
            if perform(replay(self._topic_id, replay_id, ranges), self.do, self._reach):
                yield len(self._records), self._rows
            silver = self._silver.load()
            if silver.topic_id != self._topic_id:
                raise TopicRecreated(f"silver follows topic id {silver.topic_id}, no longer {self._topic_id}")

    def do(self, effect: Effect) -> Any:
        """Do one effect; return its answer."""
        match effect:
            case DecodeQuarantined(ranges):
                self._records = list(self._quarantined(ranges))
                self._decoded = self._decoder.decode(self._records)
            case LoadReplay(_, ranges):
                return Replayed(self._silver.load(), frozenset(self._replayed(ranges)))
            case WriteReplayed(_, left_out):
                self._write(left_out)
            case Age():
                return self._boot_s() - self._began_s if self._silver.takes(self._written) else math.inf
            case Append(_, _, properties):
                self._silver.append(self._written, properties, (), {"keystone.replay": self._replay_id})
            case LookFor(_, snapshot_id):
                return self._silver.has_snapshot(snapshot_id)
            case Pause(attempt):
                self._pause(attempt)
            case _:
                raise TypeError(f"a replay does not {effect}")
        return None

    def _quarantined(self, ranges: Sequence[Range]) -> Iterator[Record]:
        """The records that a decode failed on, as they came, in the order of their offsets."""
        self._quarantine.load()
        chosen = f"{self._of(ranges)} AND stage = 'decode' AND replay_id IS NULL"
        rows = self._quarantine.table.scan(chosen).to_arrow()
        return map(_record, rows.sort_by([("partition", "ascending"), ("offset", "ascending")]).to_pylist())

    def _replayed(self, ranges: Sequence[Range]) -> Iterator[tuple[int, int]]:
        """Of silver as it was last loaded."""
        chosen = f"{self._of(ranges)} AND replay_id IS NOT NULL"
        rows = self._silver.table.scan(chosen, selected_fields=("partition", "offset")).to_arrow()
        return ((row["partition"], row["offset"]) for row in rows.to_pylist())

    def _of(self, ranges: Sequence[Range]) -> str:
        each = [f"(partition = {r.partition} AND offset >= {r.first} AND offset < {r.end})" for r in ranges]
        return f"topic_id = '{self._topic_id}' AND ({' OR '.join(each)})"

    def _write(self, left_out: frozenset[tuple[int, int]]) -> None:
        self._began_s = self._boot_s()
        failed = self._decoded.decode.failed
        good = [i for i, r in enumerate(self._records) if r.offset not in failed.get(r.partition, {})]
        kept = [place for place, i in enumerate(good) if self._records[i][:2] not in left_out]
        records = [self._records[good[place]] for place in kept]
        envelopes = [self._decoded.envelopes[good[place]] for place in kept]
        orders = self._decoded.orders.take(pa.array(kept, pa.int64()))
        rows = silver_rows(self._topic_id, records, envelopes, orders, self._replay_id)
        self._rows = rows.num_rows
        self._written = self._files.write(self._silver.table.metadata, rows)


def _record(row: dict[str, Any]) -> Record:
    """A Kafka record again; its value is compressed no more."""
    payload, version = row["payload"], row["schema_version"]
    headers = RecordHeaders(row["producer"], row["seq"], row["intended_ns"], row["received_ns"], row["crc32c"])
    value = payload if version is None else wire.encode(UUID(version), payload)
    return Record(row["partition"], row["offset"], row["key"], value, headers, row["received_ns"] // 1_000_000)
