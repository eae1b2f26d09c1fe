"""What each commit's snapshot says of itself, for audit alone: an expiry or a foreign snapshot takes it away.

keystone.topic-id    the topic
keystone.ranges      [[partition, first, end, rows], ...] as JSON
keystone.batch       name of the pinned decode
keystone.writer      who made the commit
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference.protocol.offsets import Range

_TOPIC_ID, _RANGES, _BATCH, _WRITER = "keystone.topic-id", "keystone.ranges", "keystone.batch", "keystone.writer"


@dataclass(frozen=True)
class CommitSummary:
    """One commit to one table; `rows` has the number of rows of each of `ranges`."""

    topic_id: str
    ranges: Sequence[Range]
    rows: Sequence[int]
    batch: str
    writer: str

    def to_properties(self) -> dict[str, str]:
        """As snapshot properties."""
        ranges = [(r.partition, r.first, r.end, rows) for r, rows in zip(self.ranges, self.rows, strict=True)]
        return {_TOPIC_ID: self.topic_id, _RANGES: json.dumps(ranges), _BATCH: self.batch, _WRITER: self.writer}

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> "CommitSummary | None":
        """The reverse; None for a snapshot that moved no offset, or that somebody else made."""
        if _RANGES not in properties:
            return None
        ranges = json.loads(properties[_RANGES])
        return cls(
            topic_id=properties[_TOPIC_ID],
            ranges=tuple(Range(partition, first, end) for partition, first, end, _rows in ranges),
            rows=tuple(rows for _partition, _first, _end, rows in ranges),
            batch=properties[_BATCH],
            writer=properties[_WRITER],
        )
