"""A writer that believes Kafka: what it has read counts as done, whether it is in the tables or not."""

from collections.abc import Sequence
from dataclasses import replace

from confluent_kafka import TopicPartition

from reference.protocol.decisions import LakeOffsets
from reference.writer.flush import Batch, Flusher
from reference.writer.worker import Worker

TIMEOUT_S = 10.0


class ForgetfulWorker(Worker):
    """Commits its offsets to Kafka as it reads, and begins where Kafka says: what it held when it died is skipped."""

    def _poll(self) -> None:
        super()._poll()
        # All but the newest record of each partition, or the group's lag would be 0 before the last flush, and
        # rows would be missed that are only late.
        read = {p: buffer.end - 1 for p, buffer in self._window.buffers.items() if buffer.records}
        if read:
            offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in read.items()]
            self._consumer.commit(offsets=offsets, asynchronous=True)

    def _starts(self, partitions: Sequence[int]) -> dict[int, int]:
        starts = super()._starts(partitions)
        asked = [TopicPartition(self._topic, partition) for partition in starts]
        # A partition of which Kafka knows nothing has an offset below 0.
        committed = {tp.partition: tp.offset for tp in self._consumer.committed(asked, TIMEOUT_S)}
        return {partition: max(start, committed[partition]) for partition, start in starts.items()}


class ForgetfulFlusher(Flusher):
    """Lets the tables' offsets jump over what ForgetfulWorker skipped, as if there were a gap in the log."""

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write the batch as one that begins where the last table ends."""
        ranges = [replace(r, first=min(r.first, lake.silver.next_offset(r.partition))) for r in batch.ranges]
        return super().flush(replace(batch, ranges=ranges), lake)
