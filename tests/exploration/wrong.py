"""Lines of the protocol as somebody might get them wrong; mutations.py says which is put in the place of what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.errors import CommitRefused, CommitUnknown
from reference.protocol import decisions, replaying, sweeping, writing
from reference.protocol.committing import try_commit
from reference.protocol.decisions import Cut, LakeOffsets
from reference.protocol.effects import (
    Append,
    Commit,
    Decode,
    DecodePinned,
    DecodeQuarantined,
    Delete,
    ListObjects,
    Load,
    LoadFiles,
    LoadReplay,
    Merge,
    Named,
    Program,
    PutPin,
    Swap,
    Table,
    WriteFiles,
    WriteReplayed,
)
from reference.protocol.offsets import Range, TableOffsets, next_offset_properties, replay_properties
from reference.protocol.pins import Pin, pin_key, pin_value
from tests.exploration.bounds import Bounds
from tests.exploration.tables import TOPIC_ID, Records, TableState, empty, pin_name

sound_prepare = writing.prepare


def no_fence(_table: TableOffsets, _topic_id: str, _ranges: Sequence[Range]) -> bool:
    return True


def fence_of_one(table: TableOffsets, topic_id: str, ranges: Sequence[Range]) -> bool:
    return decisions.may_commit(table, topic_id, ranges[:1])


def fence_ajar(table: TableOffsets, _topic_id: str, ranges: Sequence[Range]) -> bool:
    return all(table.next[r.partition] <= r.first for r in ranges)


def fence_once(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[bool]:
    """As pyiceberg's own retries: refused, the commit goes on top of whatever is there."""
    append = yield from writing.prepare(topic_id, table, ranges, spent)
    if not decisions.may_commit((yield Load(table)), topic_id, ranges):
        return False
    while (yield from try_commit(append)) is not None:
        yield Load(table)
    return True


def offset_apart(topic_id: str, table: Table, ranges: tuple[Range, ...], _spent: Sequence[str]) -> Program[bool]:
    """Rows first, and the offset in a commit of its own."""
    append = yield from writing.prepare(topic_id, table, ranges, ())
    if not decisions.may_commit((yield Load(table)), topic_id, ranges):
        return False
    if (yield from try_commit(replace(append, properties={}))) is not None:
        return False
    yield Load(table)
    return (yield from try_commit(replace(append, ranges=()))) is None


def pin_apart(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[bool]:
    """Bronze's rows first, and the pin in a commit after it."""
    append = yield from writing.prepare(topic_id, table, ranges, spent)
    offsets_only = next_offset_properties(topic_id, ranges)
    if not decisions.may_commit((yield Load(table)), topic_id, ranges):
        return False
    if (yield from try_commit(replace(append, properties=offsets_only))) is not None:
        return False
    yield Load(table)
    return (yield from try_commit(replace(append, ranges=()))) is None


def no_pin(topic_id: str, table: Table, ranges: tuple[Range, ...], _spent: Sequence[str]) -> Program[Append]:
    yield WriteFiles(table, ranges)
    yield PutPin()
    return Append(table, ranges, next_offset_properties(topic_id, ranges))


def believing(commit: Commit) -> Program[CommitRefused | CommitUnknown | None]:
    """An unclear reply is taken for a yes."""
    try:
        yield commit
    except CommitRefused as refused:
        return refused
    except CommitUnknown:
        return None
    return None


def goes_on(topic_id: str, batch: Cut, lacking: Mapping[str, tuple[Range, ...]], spent: Sequence[str]) -> Program[None]:
    """Where somebody else was first with a table, the next one is written all the same."""
    yield Decode(batch.ranges) if batch.pin is None else DecodePinned(batch.ranges, batch.pin)
    for table in decisions.COMMIT_ORDER:
        if lacking[table]:
            yield from writing.commit(topic_id, table, lacking[table], spent)


def anew(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """A redo decodes anew."""
    return replace(sound_cut(held, lake), pin=None)


def across(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """A batch goes beyond its pin."""
    batch = sound_cut(held, lake)
    return replace(batch, ranges=tuple(replace(r, end=held[r.partition][1]) for r in batch.ranges))


def by_one_pin(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """All partitions' ranges follow the first one's pin."""
    batches = [sound_cut({p: ends}, lake) for p, ends in held.items()]
    ranges = tuple(r for batch in batches for r in batch.ranges)
    return Cut(ranges, next((batch.pin for batch in batches if batch.ranges), None))


def from_kafka(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """A batch begins where Kafka said, not where the lake ends."""
    ranges = tuple(Range(p, first, end) for p, (first, end) in held.items())
    pins = {r: lake.pin_at(r.partition, r.first) for r in ranges}
    return Cut(ranges, next((pin.name for pin in pins.values() if pin), None))


sound_cut = decisions.cut


def in_commit_order(_partitions: Sequence[int]) -> Program[LakeOffsets]:
    """The tables are read once, bronze first."""
    bronze = yield Load("bronze")
    quarantine = yield Load("quarantine")
    silver = yield Load("silver")
    return LakeOffsets(bronze, quarantine, silver)


def once(_partitions: Sequence[int]) -> Program[LakeOffsets]:
    """The tables are read once, however they fit."""
    silver = yield Load("silver")
    quarantine = yield Load("quarantine")
    bronze = yield Load("bronze")
    return LakeOffsets(bronze, quarantine, silver)


def swap_blindly(table: Table, groups: tuple[tuple[str, ...], ...]) -> Program[bool]:
    """Refused, a swap goes on top of whatever is there."""
    inputs = frozenset(path for group in groups for path in group)
    yield Merge(table, groups)
    yield LoadFiles(table)
    while (yield from try_commit(Swap(table, inputs))) is not None:
        yield LoadFiles(table)
    return True


def no_sweepers_fence(_table: Table) -> Program[None]:
    return
    yield


def fence_then_list(table: Table) -> Program[tuple[str, ...]]:
    """The sweeper's empty snapshot comes before it lists."""
    yield Load(table)
    yield from sweeping.fence(table)
    listed = yield ListObjects(table)
    yield Named(table)
    yield Named(table)
    yield Delete(table, tuple(stored.path for stored in listed))
    return ()


def sweep_looks_once(table: Table) -> Program[tuple[str, ...]]:
    """What is named after the empty snapshot is not looked at."""
    found = yield from sweeping.orphans(table)
    yield from sweeping.fence(table)
    yield Delete(table, found)
    return found


def zero_if_missing(table: TableOffsets, partition: int) -> int:
    return table.next.get(partition, 0)


def with_a_key_missing() -> Bounds:
    """All tables are past the first record; bronze still has its pin, and silver has lost the key of its offset."""
    records = Records(1, 2, (0b00,))
    known, first = dict(empty(records).properties), [Range(0, 0, 1)]
    moved = known | next_offset_properties(TOPIC_ID, first)
    pinned = moved | {pin_key(TOPIC_ID, 0, 0): pin_value(Pin(0, 1, pin_name(records, 0, tuple(first))))}
    lost = {key: value for key, value in known.items() if key not in next_offset_properties(TOPIC_ID, first)}
    tables = [(pinned, 1), (moved, 0), (lost, 1)]
    states = tuple(TableState(tuple(sorted(properties.items())), rows, ()) for properties, rows in tables)
    return Bounds(records, writers=1, begins_with=states, may_stop=True)


def plus(step: int) -> Any:
    def moved(topic_id: str, ranges: Sequence[Range]) -> dict[str, str]:
        return next_offset_properties(topic_id, [replace(r, end=r.end + step) for r in ranges])

    return moved


def all_pins(lake: LakeOffsets, topic_id: str, _partitions: Sequence[int]) -> list[str]:
    return [pin_key(topic_id, p, pin.first) for p, pins in lake.bronze.pins.items() for pin in pins]


def short_pins(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[Append]:
    """The pin covers the first record of each range alone."""
    append: Append = yield from sound_prepare(topic_id, table, ranges, spent)
    if table != "bronze":
        return append
    pins = {
        pin_key(topic_id, r.partition, r.first): pin_value(
            Pin(r.first, r.first + 1, append.properties[pin_key(topic_id, r.partition, r.first)].partition(":")[2])
        )
        for r in ranges
    }
    return replace(append, properties=dict(append.properties) | pins)


def replay_blindly(topic_id: str, replay_id: str, ranges: tuple[Range, ...]) -> Program[bool]:
    """Does not look what others have replayed."""
    yield DecodeQuarantined(ranges)
    loaded = yield LoadReplay("silver", ranges)
    if not replaying.may_replay(loaded.offsets, topic_id, replay_id, ranges):
        return False
    yield WriteReplayed(ranges, frozenset())
    append = Append("silver", ranges, replay_properties(topic_id, replay_id, ranges))
    return (yield from try_commit(append)) is None


def replay_looks_once(topic_id: str, replay_id: str, ranges: tuple[Range, ...]) -> Program[bool]:
    """Refused, it looks at its own progress alone."""
    yield DecodeQuarantined(ranges)
    left_out = None
    while True:
        loaded = yield LoadReplay("silver", ranges)
        if not replaying.may_replay(loaded.offsets, topic_id, replay_id, ranges):
            return False
        if left_out is None:
            left_out = loaded.already
            yield WriteReplayed(ranges, left_out)
        append = Append("silver", ranges, replay_properties(topic_id, replay_id, ranges))
        if (yield from try_commit(append)) is None:
            return True


def replay_all(_silver: TableOffsets, _id: str, ends: Mapping[int, int], most: int) -> tuple[Range, ...]:
    return tuple(Range(partition, 0, most) for partition in ends)


def replay_leaves_out_all(ranges: tuple[Range, ...], _left_out: frozenset[tuple[int, int]]) -> WriteReplayed:
    return WriteReplayed(ranges, frozenset((r.partition, o) for r in ranges for o in range(r.first, r.end)))
