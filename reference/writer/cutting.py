"""Takes the next batch out of what is held."""

from collections.abc import Mapping

from reference.protocol.decisions import LakeOffsets, cut
from reference.writer.flush import Batch
from reference.writer.window import PartitionBuffer


def cut_batch(buffers: Mapping[int, PartitionBuffer], lake: LakeOffsets) -> Batch:
    """Take the next batch out of `buffers`; it may be empty, see reference.protocol.decisions.cut.

    What all three tables have, because another writer wrote it meanwhile, is dropped.

    Raises:
        PartitionStopped: a range that must be redone has no pin, or the tables contradict each other.
    """
    batch = cut({partition: (buffer.position, buffer.end) for partition, buffer in buffers.items()}, lake)
    for partition, buffer in buffers.items():
        if lake.start(partition) > buffer.position:
            buffer.take(lake.start(partition))
    records = [record for r in batch.ranges for record in buffers[r.partition].take(r.end)]
    return Batch(list(batch.ranges), records, batch.pin)
