"""Where in Kafka a run began and, if others go on, where it ended. What lies outside is theirs and is not judged."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Marks:
    """The topic's id, each partition's first offset of the run, and the first after it.

    A partition made since the start begins at 0, one made since the end is not the run's; without `ends` there is none.
    """

    topic_id: str
    starts: Mapping[int, int]
    ends: Mapping[int, int] | None = None

    @property
    def least(self) -> int:
        """No offset below this one is the run's in a partition that was there."""
        return min(self.starts.values(), default=0)

    @property
    def last_partition(self) -> int:
        """The last partition that was there; Kafka numbers those made since from the next on."""
        return max(self.starts, default=-1)
