"""What a writer may do, as pure functions over the tables' offsets. Nothing here reads, writes or waits.

A range of offsets is committed to bronze, then to quarantine, then to silver. So at any moment
bronze's next offset >= quarantine's >= silver's, and whoever comes after a crash redoes what the later tables lack.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from reference.errors import OffsetsGone, PartitionStopped, TopicRecreated
from reference.protocol.offsets import Range, TableOffsets
from reference.protocol.pins import Pin, pin_covering, pin_key

COMMIT_ORDER: Final = ("bronze", "quarantine", "silver")
"""The order of commits."""


@dataclass(frozen=True)
class Cut:
    """What makes up one batch.

    Attributes:
        ranges: the offsets that it covers, one range for each partition, gaps included.
        pin: name of the decode to follow, where bronze has these ranges already.
    """

    ranges: tuple[Range, ...]
    pin: str | None


@dataclass(frozen=True)
class LakeOffsets:
    """The offsets of the three tables, read one after the other."""

    bronze: TableOffsets
    quarantine: TableOffsets
    silver: TableOffsets

    def __getitem__(self, table: str) -> TableOffsets:
        return {"bronze": self.bronze, "quarantine": self.quarantine, "silver": self.silver}[table]

    def start(self, partition: int) -> int:
        """Where a writer begins to read: the least next offset of the three tables.

        Raises:
            PartitionStopped: the tables contradict each other or one lacks the partition.
        """
        bronze, quarantine, silver = (self[table].next_offset(partition) for table in COMMIT_ORDER)
        if not bronze >= quarantine >= silver:
            raise PartitionStopped(
                partition,
                f"next offsets bronze {bronze}, quarantine {quarantine}, silver {silver} are "
                "not in the order of commits; a table was restored or edited: make its rows and offset agree again",
            )
        return silver

    def fits_together(self, partitions: Iterable[int]) -> bool:
        """Whether a writer could begin with these partitions: else something is wrong with the tables, or a commit came
        between two reads."""
        try:
            for partition in partitions:
                self.pin_at(partition, self.start(partition))
        except PartitionStopped:
            return False
        return True

    def of(self, partitions: Iterable[int]) -> list[object]:
        """All that these partitions have in the tables, to be compared."""
        return [
            (*(self[table].next.get(p) for table in COMMIT_ORDER), tuple(self.bronze.pins.get(p, ())))
            for p in partitions
        ]

    def pin_at(self, partition: int, offset: int) -> Pin | None:
        """The pin that a redo from `offset` must follow; None where bronze has not been yet.

        Raises:
            PartitionStopped: bronze is past the offset and does not say how it was decoded.
        """
        if offset >= self.bronze.next_offset(partition):
            return None
        pin = pin_covering(self.bronze.pins.get(partition, ()), offset)
        if pin is None:
            raise PartitionStopped(
                partition,
                f"bronze is past offset {offset}, quarantine or silver is not, and bronze has "
                "no pin that says how the range was decoded; restore the pin's property from an older metadata file",
            )
        return pin


def missing_partitions(known: TableOffsets, topic: str, topic_id: str, count: int) -> range:
    """The partitions that a table has to be told of: those above its recorded count.

    Raises:
        TopicRecreated: the table follows another topic of this name.
    """
    check_topic_id(topic, known.topic_id or topic_id, topic_id, known.next)
    return range(known.partition_count, count)


def check_topic_id(topic: str, followed: str, found: str, written: Mapping[int, int] = MappingProxyType({})) -> None:
    """Refuse a topic that is another than the one followed: its offsets mean other events.

    Whoever has read records asks this before they are committed; an id never comes back, so what was read before the
    answer was the followed topic's.

    Args:
        written: each partition's next offset in the lake.

    Raises:
        TopicRecreated: with how far the old one was written, and what to do.
    """
    if followed == found:
        return
    reached = ", ".join(f"partition {partition} to offset {end}" for partition, end in sorted(written.items()))
    raise TopicRecreated(
        f"topic {topic} has id {found}, the lake follows id {followed}: it was deleted and made anew. Of the old one "
        f"the lake has {reached or 'what is in the tables'}, the rest is lost. To follow the new one, remove the "
        f"property keystone.topic-id.{topic} from bronze, quarantine and silver, and start the writers again"
    )


def check_log(partition: int, needed: int, log_start: int, log_end: int) -> None:
    """Refuse a log that no longer has what the lake needs next (gaps inside it are normal).

    Raises:
        OffsetsGone: with how much is missing and what to do.
    """
    if log_start > needed:
        raise OffsetsGone(
            partition,
            f"the log starts at offset {log_start}, the lake needs {needed}: "
            f"{log_start - needed} offsets were deleted before they were written. Lengthen the topic's retention; to "
            f"go on without them, stop all writers, and of bronze, quarantine and silver raise those whose "
            f"keystone.next-offset of the partition is below {log_start} to {log_start}",
        )
    if log_end < needed:
        raise OffsetsGone(
            partition,
            f"the log ends at offset {log_end}, the lake needs {needed}: the broker lost "
            f"{needed - log_end} offsets that are in the lake, and new events would be taken for old ones. "
            "Make a new topic, or restore the broker's data",
        )


def cut(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """The next batch of what is held; it has no range if all three tables have all of it.

    A batch never crosses a pin, and follows one pin at the most: ranges that bronze has already come first, those of
    one pin together; then all that is new, in one batch.

    Args:
        held: for each partition where the batch begins, and where what is held ends.

    Raises:
        PartitionStopped: a range that must be redone has no pin, or the tables contradict each other.
    """
    lacking = {}
    for partition, (position, end) in held.items():
        first = max(position, lake.start(partition))
        if first < end:
            lacking[partition] = first, end
    pins = {partition: lake.pin_at(partition, first) for partition, (first, _end) in lacking.items()}
    name = next((pin.name for pin in pins.values() if pin is not None), None)
    ranges = [
        Range(partition, first, end if pin is None else min(end, pin.end))
        for (partition, (first, end)), pin in zip(lacking.items(), pins.values(), strict=True)
        if (pin.name if pin else None) == name
    ]
    return Cut(tuple(ranges), name)


def rest_of(batch: Range, next_offset: int) -> Range | None:
    """The part of a batch that a table does not have yet; None if it has all of it."""
    if next_offset >= batch.end:
        return None
    return Range(batch.partition, max(batch.first, next_offset), batch.end)


def may_commit(table: TableOffsets, topic_id: str, ranges: Iterable[Range]) -> bool:
    """The fence: a commit may go on only if the table's next offset is still the first that it would add.

    Of the same topic: one that was made anew begins where the old one did.
    """
    return table.topic_id == topic_id and all(table.next.get(r.partition) == r.first for r in ranges)


def is_too_old(age_s: float, grace_s: float) -> bool:
    """Whether what a commit names must be written anew, since a sweeper may soon take it for an orphan.

    Half the grace is left for clocks that disagree. A sweep that began after the table was loaded refuses the commit;
    one that began before has taken nothing that was younger than the grace then.
    """
    return age_s > grace_s / 2


def spent_pins(lake: LakeOffsets, topic_id: str, partitions: Iterable[int]) -> list[str]:
    """Bronze's properties that have done their work: quarantine and silver are past their ranges."""
    return [
        pin_key(topic_id, partition, pin.first)
        for partition in partitions
        for pin in lake.bronze.pins.get(partition, ())
        if pin.end <= min(lake.quarantine.next_offset(partition), lake.silver.next_offset(partition))
    ]


def new_partitions_start(
    bronze: TableOffsets, log_starts: Mapping[int, int], partitions: Iterable[int]
) -> dict[int, int]:
    """Where a table begins with partitions new to it: where bronze began, or at the log's start if bronze is new too.

    One start for all three tables, even if the log's own start moves between their registrations.
    """
    return {p: bronze.start.get(p, log_starts[p]) for p in partitions}
