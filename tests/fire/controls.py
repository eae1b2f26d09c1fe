"""Writers that lack what the protocol has: CONTROL, then keystone-writer's options.

Each says HAZARD when the case has come that it cannot stand; where it cannot know, the proxies do (see weather.py).
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from botocore.config import Config
from confluent_kafka import TopicPartition
from pyiceberg.manifest import DataFile

import reference.lake.catalog
import reference.lake.expiry
import reference.lake.iceberg_table
import reference.writer.__main__ as keystone_writer
from reference.lake.iceberg_table import IcebergTable
from reference.protocol.decisions import LakeOffsets
from reference.protocol.effects import Append, Effect, Load, LookFor
from reference.protocol.offsets import Range
from reference.protocol.summary import CommitSummary
from reference.writer.__main__ import Options, run
from reference.writer.flush import Batch, Flusher
from reference.writer.worker import Worker
from scenarios.controls.faulty_commits import UnfencedWorker
from tests.fire.event_log import HAZARD

log = logging.getLogger("control")

TIMEOUT_S = 10.0
NEXT_OFFSET = "keystone.next-offset."


class UncomparedFlusher(Flusher):
    """Appends a batch whatever the table's offset is, and sets the offset to the batch's end.

    Where the two differ and the commit lands, rows are there twice, or missing: the hazard of whoever begins where he
    is told to.
    """

    _ranges: Sequence[Range] = ()
    _clashes: tuple[str, ...] = ()
    """Between the batch and the table that was loaded last."""

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write the batch; no fence is looked at."""
        self._ranges = batch.ranges
        try:
            return super().flush(batch, lake)
        finally:
            self._ranges = ()

    def do(self, effect: Effect) -> Any:
        """Let each table seem to end where the batch begins."""
        answer = super().do(effect)
        if isinstance(effect, Load) and self._ranges:
            self._clashes = tuple(
                f"{effect.table} of partition {r.partition} ends at {there}, the batch begins at {r.first}"
                for r in self._ranges
                if (there := answer.next.get(r.partition, 0)) != r.first
            )
            return replace(answer, next={r.partition: r.first for r in self._ranges})
        if isinstance(effect, Append) or (isinstance(effect, LookFor) and answer):
            for clash in self._clashes:
                log.warning("%s%s", HAZARD, clash)
            self._clashes = ()
        return answer


class BelievingWorker(UnfencedWorker):
    """Begins where it is told, and asks no table; what it has lost it drops."""

    def _on_revoke(self, consumer: object, revoked: Sequence[TopicPartition]) -> None:
        Worker._on_revoke(self, consumer, revoked)  # noqa: SLF001 - what the class between overrides

    def _starts(self, partitions: Sequence[int]) -> dict[int, int]:
        right = super()._starts(partitions)
        return right | self._told(list(right))

    def _told(self, partitions: Sequence[int]) -> dict[int, int]:
        raise NotImplementedError


class KafkasWord(BelievingWorker):
    """Begins where Kafka's committed offset says."""

    def _told(self, partitions: Sequence[int]) -> dict[int, int]:
        asked = [TopicPartition(self._topic, partition) for partition in partitions]
        return {tp.partition: tp.offset for tp in self._consumer.committed(asked, TIMEOUT_S) if tp.offset >= 0}


class SnapshotsWord(BelievingWorker):
    """Begins where the newest snapshot says that tells of the partition, and at 0 if none does."""

    def _told(self, partitions: Sequence[int]) -> dict[int, int]:
        told = dict.fromkeys(partitions, 0)
        for _, properties in self._flusher._tables["bronze"].newest_summaries(1_000_000):  # noqa: SLF001 - no writer asks
            summary = CommitSummary.from_properties(properties)
            told |= {r.partition: r.end for r in summary.ranges if r.partition in told} if summary else {}
        return told


class RepeatedTable(IcebergTable):
    """A table whose refused commits pyiceberg repeats on the new head."""

    def append(
        self,
        files: Sequence[DataFile],
        properties: Mapping[str, str],
        removals: Sequence[str] = (),
        summary: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Append; then look whether a snapshot has come between that moved the same partitions."""
        base = self.table.metadata.current_snapshot_id
        super().append(files, properties, removals, summary)
        ours = {int(key.rpartition(".")[2]) for key in properties if key.startswith(NEXT_OFFSET)}
        snapshot = self.table.current_snapshot()
        while snapshot and snapshot.parent_snapshot_id not in (base, None):
            snapshot = self.table.snapshot_by_id(snapshot.parent_snapshot_id)
            says = snapshot.summary if snapshot else None
            theirs = CommitSummary.from_properties(says.additional_properties) if says else None
            if theirs and ours & {r.partition for r in theirs.ranges}:
                log.warning("%sa commit for partitions %s was repeated on top of another", HAZARD, sorted(ours))


def _allow_silent_retries() -> None:
    for module in (reference.lake.iceberg_table, reference.lake.expiry):
        setattr(module, "refuse_silent_retries", lambda _table: None)  # noqa: B010 - not for others to import


def main(control: str, arguments: Sequence[str]) -> None:
    """Run a writer with this control's fault."""
    worker: type[Worker] = Worker
    flusher: type[Flusher] = Flusher
    match control:
        case "kafkas-word":
            worker, flusher = KafkasWord, UncomparedFlusher
        case "snapshots-word":
            worker, flusher = SnapshotsWord, UncomparedFlusher
        case "pyiceberg-retries":
            _allow_silent_retries()
            setattr(keystone_writer, "IcebergTable", RepeatedTable)  # noqa: B010 - see above
        case "botocore-retries":
            _allow_silent_retries()
            reference.lake.catalog.NO_RETRIES = Config(retries={"max_attempts": 3, "mode": "standard"})
        case _:
            raise ValueError(f"no control {control}")
    options = keystone_writer.main.make_context(control, list(arguments)).params
    run(Options(**options), flusher, worker)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
