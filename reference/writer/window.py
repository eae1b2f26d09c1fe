"""Records held between two flushes, within bounds, by partition."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reference.decode.records import Record


@dataclass
class PartitionBuffer:
    """A partition's unflushed records, in offset order; the next range begins at `position`."""

    position: int
    records: list[Record] = field(default_factory=list)
    bytes: int = 0

    @property
    def end(self) -> int:
        """One past the last record held."""
        return self.records[-1].offset + 1 if self.records else self.position

    def add(self, record: Record) -> None:
        """Hold the next record."""
        self.records.append(record)
        self.bytes += _size(record)

    def take(self, end: int) -> list[Record]:
        """Remove and return the records below `end`; the next range begins there."""
        count = next((i for i, record in enumerate(self.records) if record.offset >= end), len(self.records))
        taken, self.records = self.records[:count], self.records[count:]
        self.bytes -= sum(map(_size, taken))
        self.position = end
        return taken


class Window:
    """All partitions' buffers, and when they are due to be flushed.

    Args:
        max_rows, max_bytes, max_age_s: whichever is reached first makes the window due.
    """

    def __init__(self, max_rows: int, max_bytes: int, max_age_s: float) -> None:
        self._max_rows, self._max_bytes, self._max_age_s = max_rows, max_bytes, max_age_s
        self._buffers: dict[int, PartitionBuffer] = {}
        self._opened_s = 0.0

    @property
    def buffers(self) -> Mapping[int, PartitionBuffer]:
        return self._buffers

    @property
    def is_empty(self) -> bool:
        return not any(buffer.records for buffer in self._buffers.values())

    def begin(self, positions: Mapping[int, int]) -> None:
        """Take up partitions, each at the next offset of the lake."""
        self._buffers |= {partition: PartitionBuffer(position) for partition, position in positions.items()}

    def forget(self, partition: int) -> None:
        """Drop a partition and what is held of it."""
        self._buffers.pop(partition, None)

    def add(self, record: Record, now_s: float) -> None:
        """Hold a record. One of a partition not taken up, or below its position, is none of ours and is dropped."""
        buffer = self._buffers.get(record.partition)
        if buffer is None or record.offset < buffer.end:
            return
        if self.is_empty:
            self._opened_s = now_s
        buffer.add(record)

    def is_due(self, now_s: float) -> bool:
        """Whether it is time to flush."""
        if self.is_empty:
            return False
        rows = sum(len(buffer.records) for buffer in self._buffers.values())
        size = sum(buffer.bytes for buffer in self._buffers.values())
        return rows >= self._max_rows or size >= self._max_bytes or now_s - self._opened_s >= self._max_age_s


def _size(record: Record) -> int:
    return len(record.value or b"") + len(record.key or b"")
