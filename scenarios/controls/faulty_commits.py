"""Writers that commit what they must not; each single commit holds the right rows."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from confluent_kafka import TopicPartition

from reference.errors import CommitRefused
from reference.protocol.decisions import LakeOffsets, may_commit
from reference.protocol.effects import Append, Effect, Load
from reference.protocol.offsets import Range, TableOffsets
from reference.writer.cutting import cut_batch
from reference.writer.flush import Batch, Flusher
from reference.writer.worker import LAKE_TROUBLE, Worker


class _ReappendingFlusher(Flusher):
    """Able to append rows beside the protocol."""

    def _append_unasked(self, name: str, ranges: Sequence[Range]) -> None:
        """Write the rows and commit them on top of whatever is there; the offsets stay as they are."""
        table = self._tables[name]
        files = self._write_files(name, ranges).files
        for attempt in count(1):
            table.load()
            try:
                table.append(files, {})
            except CommitRefused:
                self._pause(attempt)
            else:
                return


class TwiceFlusher(_ReappendingFlusher):
    """Appends each batch to silver a second time, as a writer does that repeats a commit whose reply it missed."""

    def do(self, effect: Effect) -> Any:
        """Append twice."""
        answer = super().do(effect)
        if isinstance(effect, Append) and effect.table == "silver":
            self._append_unasked(effect.table, effect.ranges)
        return answer


class UnfencedFlusher(_ReappendingFlusher):
    """Appends a batch even if another writer has moved the table's offsets past it."""

    _appended: frozenset[str] | None = None
    """Tables that have got the batch beside the protocol; None unless one is being written."""

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write the batch, whatever the fence says."""
        self._appended = frozenset()
        try:
            return super().flush(batch, lake)
        finally:
            self._appended = None

    def do(self, effect: Effect) -> Any:
        """Append where the fence is closed, and go on as if it had been open."""
        if self._appended is not None and isinstance(effect, Append) and effect.table in self._appended:
            return None
        answer = super().do(effect)
        if self._appended is not None and isinstance(effect, Load) and effect.table in self._work.written:
            ranges = self._work.written[effect.table].ranges
            if not may_commit(answer, self._topic_id, ranges):
                self._append_unasked(effect.table, ranges)
                self._appended |= {effect.table}
                return replace(answer, next={r.partition: r.first for r in ranges})
        return answer


class UnfencedWorker(Worker):
    """Believes that the tables are where it left them, and writes what it holds even of partitions it has lost.

    Goes with UnfencedFlusher. Frozen until another writer has its partitions, it wakes with rows that the other has
    read again and written, and writes them, too.
    """

    def _on_revoke(self, consumer: object, revoked: Sequence[TopicPartition]) -> None:
        self._flush()
        super()._on_revoke(consumer, revoked)

    def _flush(self) -> None:
        if self._window.is_empty:
            return
        believed = self._believed()
        try:
            self._flusher.flush(cut_batch(self._window.buffers, believed), believed)
            self._commit_offsets()
            self._upkeep()
            self._troubles.passed()
        except LAKE_TROUBLE as trouble:
            self._stop.wait(self._troubles.met(trouble))
            self._restart(list(self._window.buffers))

    def _believed(self) -> LakeOffsets:
        """The tables as they were when this writer read or wrote them last: none is asked."""
        positions = {partition: buffer.position for partition, buffer in self._window.buffers.items()}
        table = TableOffsets(None, 0, {}, positions, {})
        return LakeOffsets(table, table, table)
