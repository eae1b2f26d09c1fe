"""Where in Kafka a run began. What lies before belongs to others and is not judged."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StartMarks:
    """The topic's id, and each partition's first offset of the run; a partition made since begins at 0."""

    topic_id: str
    offsets: Mapping[int, int]

    @property
    def least(self) -> int:
        """No offset below this one is the run's in a partition that was there."""
        return min(self.offsets.values(), default=0)

    @property
    def last_partition(self) -> int:
        """The last partition that was there; Kafka numbers those made since from the next on."""
        return max(self.offsets, default=-1)
