"""Which of the records held make up the next batch. A batch never crosses a pin, and follows one pin at the most."""

from collections.abc import Mapping

from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import Range
from reference.protocol.pins import Pin
from reference.writer.flush import Batch
from reference.writer.window import PartitionBuffer


def cut_batch(buffers: Mapping[int, PartitionBuffer], lake: LakeOffsets) -> Batch:
    """Take the next batch out of `buffers`; at least one of them must hold a record.

    What all three tables have, because another writer wrote it meanwhile, is dropped; nothing may be left. Ranges that
    bronze has already come first, those of one pin together; then all that is new, in one batch.

    Raises:
        PartitionStopped: a range that must be redone has no pin, or the tables contradict each other.
    """
    for partition, buffer in buffers.items():
        if lake.start(partition) > buffer.position:
            buffer.take(lake.start(partition))
    held = {partition: buffer for partition, buffer in buffers.items() if buffer.end > buffer.position}
    pins = {partition: lake.pin_at(partition, buffer.position) for partition, buffer in held.items()}
    digest = next((pin.digest for pin in pins.values() if pin is not None), None)
    chosen = {p: pin for p, pin in pins.items() if (pin.digest if pin else None) == digest}
    ranges, records = [], []
    for partition, pin in chosen.items():
        buffer = held[partition]
        first, end = buffer.position, _end(buffer, pin)
        ranges.append(Range(partition, first, end))
        records += buffer.take(end)
    return Batch(ranges, records, digest)


def _end(buffer: PartitionBuffer, pin: Pin | None) -> int:
    return buffer.end if pin is None else min(buffer.end, pin.end)
