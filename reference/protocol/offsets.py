"""The offsets that a table keeps in its properties, and the keys they stand under.

A table's next offset for a Kafka partition is set in the same commit that adds the rows below it, so rows and
offset can never disagree. Keys carry the topic's id, since a topic that is deleted and made anew starts at 0 again:

    keystone.topic-id.<topic>                         which topic (by id) this table follows
    keystone.partition-count.<topic id>               how many partitions were known at the last look
    keystone.start-offset.<topic id>.<partition>      where the table began
    keystone.next-offset.<topic id>.<partition>       the lowest offset that is not in the table
    keystone.pin.<topic id>.<partition>.<first>       bronze only, see pins.py
    keystone.replay.<topic id>.<partition>.<replay>   silver only: how far a replay of quarantined events has come
    keystone.orphan-grace-seconds                     how old an unreferenced file must be to be swept
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reference.errors import OffsetMissing
from reference.protocol.pins import PIN_PREFIX, Pin, parse_pin

_TOPIC_ID = "keystone.topic-id."
_COUNT = "keystone.partition-count."
_START = "keystone.start-offset."
_NEXT = "keystone.next-offset."
_REPLAY = "keystone.replay."
ORPHAN_GRACE = "keystone.orphan-grace-seconds"
DEFAULT_GRACE_S = 3600.0


@dataclass(frozen=True, order=True)
class Range:
    """Offsets of one partition, from `first` up to but without `end`; some may be gaps without a record."""

    partition: int
    first: int
    end: int


@dataclass(frozen=True)
class TableOffsets:
    """What one table's properties say of one topic.

    Attributes:
        topic_id: the topic it follows; None if it never met the topic's name.
        partition_count: partitions known at the last registration.
        start: where the table began, by partition.
        next: the next offset, by partition.
        pins: pinned decodes of ranges, by partition, in order; bronze alone has any.
        grace_s: no file younger than this is swept.
        replays: how far each replay has come, by partition and replay id; silver alone has any.
    """

    topic_id: str | None
    partition_count: int
    start: Mapping[int, int]
    next: Mapping[int, int]
    pins: Mapping[int, tuple[Pin, ...]]
    grace_s: float = DEFAULT_GRACE_S
    replays: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def next_offset(self, partition: int) -> int:
        """The partition's next offset.

        Raises:
            OffsetMissing: the table has none.
        """
        if partition not in self.next:
            raise OffsetMissing(
                partition,
                f"it is below the table's partition count of {self.partition_count} and has no next offset in the "
                f"table's properties; restore {_NEXT}{self.topic_id}.{partition} before the writer goes on",
            )
        return self.next[partition]


def parse_offsets(properties: Mapping[str, str], topic: str) -> TableOffsets:
    """Read a table's properties."""
    topic_id = properties.get(_TOPIC_ID + topic)
    if topic_id is None:
        return TableOffsets(None, 0, {}, {}, {}, grace_s(properties))
    return TableOffsets(
        topic_id=topic_id,
        partition_count=int(properties[_COUNT + topic_id]),
        start=_by_partition(properties, f"{_START}{topic_id}."),
        next=_by_partition(properties, f"{_NEXT}{topic_id}."),
        pins=_pins(properties, f"{PIN_PREFIX}{topic_id}."),
        grace_s=grace_s(properties),
        replays=_replays(properties, f"{_REPLAY}{topic_id}."),
    )


def grace_s(properties: Mapping[str, str]) -> float:
    """How old, in seconds, a file that no snapshot names must be before it is swept."""
    return float(properties.get(ORPHAN_GRACE, DEFAULT_GRACE_S))


def next_offset_properties(topic_id: str, ranges: Iterable[Range]) -> dict[str, str]:
    """The properties that move a table past `ranges`."""
    return {f"{_NEXT}{topic_id}.{r.partition}": str(r.end) for r in ranges}


def replay_properties(topic_id: str, replay_id: str, ranges: Iterable[Range]) -> dict[str, str]:
    """The properties that move a replay past `ranges`."""
    return {f"{_REPLAY}{topic_id}.{r.partition}.{replay_id}": str(r.end) for r in ranges}


def registration_properties(topic: str, topic_id: str, count: int, starts: Mapping[int, int]) -> dict[str, str]:
    """The properties that make a topic, or its new partitions, known to a table.

    Args:
        count: the topic's partitions.
        starts: the first offset of each partition that is new to the table.
    """
    properties = {_TOPIC_ID + topic: topic_id, _COUNT + topic_id: str(count)}
    for partition, start in starts.items():
        properties[f"{_START}{topic_id}.{partition}"] = str(start)
        properties[f"{_NEXT}{topic_id}.{partition}"] = str(start)
    return properties


def _by_partition(properties: Mapping[str, str], prefix: str) -> dict[int, int]:
    return {int(key.removeprefix(prefix)): int(value) for key, value in properties.items() if key.startswith(prefix)}


def _replays(properties: Mapping[str, str], prefix: str) -> dict[tuple[int, str], int]:
    found = {}
    for key, value in properties.items():
        if key.startswith(prefix):
            partition, _, replay_id = key.removeprefix(prefix).partition(".")
            found[int(partition), replay_id] = int(value)
    return found


def _pins(properties: Mapping[str, str], prefix: str) -> dict[int, tuple[Pin, ...]]:
    found: dict[int, list[Pin]] = {}
    for key, value in properties.items():
        if key.startswith(prefix):
            partition, first = map(int, key.removeprefix(prefix).split("."))
            found.setdefault(partition, []).append(parse_pin(first, value))
    return {partition: tuple(sorted(pins)) for partition, pins in found.items()}
