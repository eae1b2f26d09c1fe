"""Writers that commit what they must not; each single commit holds the right rows."""

from collections.abc import Sequence

from confluent_kafka import TopicPartition

from reference.protocol.commit import commit
from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import Range, TableOffsets
from reference.writer.cutting import cut_batch
from reference.writer.flush import Flusher, Work
from reference.writer.worker import LAKE_TROUBLE, Worker


class _ReappendingFlusher(Flusher):
    """Able to append rows beside the protocol."""

    def _append_unasked(self, name: str, ranges: Sequence[Range], work: Work) -> None:
        """Write the rows and commit them on top of whatever is there; the offsets stay as they are.

        A commit of no range finds the fence open always, and is repeated when refused.
        """
        rows = self._rows(name, ranges, work.batch, work.decoded)
        files = self._files.write(self._tables[name].table.metadata, rows)
        commit(self._tables[name], (), files, {}, pause=self._pause)


class TwiceFlusher(_ReappendingFlusher):
    """Appends each batch to silver a second time, as a writer does that repeats a commit whose reply it missed."""

    def _commit(self, name: str, ranges: Sequence[Range], work: Work, lake: LakeOffsets) -> bool:
        done = super()._commit(name, ranges, work, lake)
        if done and name == "silver":
            self._append_unasked(name, ranges, work)
        return done


class UnfencedFlusher(_ReappendingFlusher):
    """Appends a batch even if another writer has moved the table's offsets past it."""

    def _commit(self, name: str, ranges: Sequence[Range], work: Work, lake: LakeOffsets) -> bool:
        if not super()._commit(name, ranges, work, lake):
            self._append_unasked(name, ranges, work)
        return True


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
            self._recovered()
        except LAKE_TROUBLE as trouble:
            self._back_off(trouble)
            self._restart(list(self._window.buffers))

    def _believed(self) -> LakeOffsets:
        """The tables as they were when this writer read or wrote them last: none is asked."""
        positions = {partition: buffer.position for partition, buffer in self._window.buffers.items()}
        table = TableOffsets(None, 0, {}, positions, {})
        return LakeOffsets(table, table, table)
