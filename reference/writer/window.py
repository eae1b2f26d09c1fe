"""Records held between two flushes, within bounds, by partition."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reference.decode.records import Record


@dataclass
class PartitionBuffer:
    """A partition's unflushed records, in offset order; the next range begins at `position`."""

    position: int
    records: list[Record] = field(default_factory=list)

    @property
    def end(self) -> int:
        """One past the last record held."""
        return self.records[-1].offset + 1 if self.records else self.position

    def take(self, end: int) -> list[Record]:
        """Remove and return the records below `end`; the next range begins there."""
        count = next((i for i, record in enumerate(self.records) if record.offset >= end), len(self.records))
        taken, self.records = self.records[:count], self.records[count:]
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
        self._rows = 0
        self._bytes = 0
        self._opened_s: float | None = None

    @property
    def buffers(self) -> Mapping[int, PartitionBuffer]:
        return self._buffers

    @property
    def is_empty(self) -> bool:
        return self._rows == 0

    def begin(self, positions: Mapping[int, int]) -> None:
        """Take up partitions, each at the next offset of the lake."""
        self._buffers |= {partition: PartitionBuffer(position) for partition, position in positions.items()}

    def forget(self, partition: int) -> None:
        """Drop a partition and what is held of it."""
        buffer = self._buffers.pop(partition, None)
        if buffer is not None:
            self._rows -= len(buffer.records)

    def add(self, record: Record, now_s: float) -> None:
        """Hold a record. One of a partition not taken up, or below its position, is none of ours and is dropped."""
        buffer = self._buffers.get(record.partition)
        if buffer is None or record.offset < buffer.end:
            return
        buffer.records.append(record)
        self._rows += 1
        self._bytes += len(record.value or b"") + len(record.key or b"")
        if self._opened_s is None:
            self._opened_s = now_s

    def is_due(self, now_s: float) -> bool:
        """Whether it is time to flush."""
        if self._opened_s is None or self.is_empty:
            return False
        old = now_s - self._opened_s >= self._max_age_s
        return old or self._rows >= self._max_rows or self._bytes >= self._max_bytes

    def flushed(self) -> None:
        """All records were taken: the next one opens a new window."""
        self._rows = sum(len(buffer.records) for buffer in self._buffers.values())
        self._bytes = 0
        self._opened_s = None
