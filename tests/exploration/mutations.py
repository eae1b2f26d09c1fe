"""The protocol, each time with one thing wrong: an exploration that does not see it sees nothing.

Each stands for a line of the protocol that somebody might drop, swap or get wrong by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from reference.errors import CommitRefused, CommitUnknown
from reference.protocol import compacting, decisions, sweeping, writing
from reference.protocol.committing import try_commit
from reference.protocol.decisions import Cut, LakeOffsets
from reference.protocol.effects import (
    Append,
    Commit,
    Decode,
    DecodePinned,
    Delete,
    ListObjects,
    Load,
    LoadFiles,
    Merge,
    Named,
    Program,
    PutPin,
    Swap,
    Table,
    WriteFiles,
)
from reference.protocol.offsets import Range, TableOffsets, next_offset_properties
from reference.protocol.pins import Pin, pin_key, pin_value
from tests.exploration.actors import Polls
from tests.exploration.explorer import Bounds
from tests.exploration.tables import TOPIC_ID, Records, TableState, empty, pin_name


@dataclass(frozen=True)
class Mutation:
    """One thing wrong.

    Attributes:
        story: what it is.
        patches: what stands in the place of what, as (object, attribute, value).
        bounds: within which it must be caught.
    """

    story: str
    patches: Sequence[tuple[Any, str, Any]]
    bounds: Bounds

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The protocol with the mutation."""
        sound = [(where, name, where.__dict__[name]) for where, name, _ in self.patches]
        for where, name, value in self.patches:
            setattr(where, name, value)
        try:
            yield
        finally:
            for where, name, value in sound:
                setattr(where, name, value)


# One partition of two records, the second of which is no order; the same where a decode may find it to be one.
ONE = Bounds(Records(1, 2, (0b10,)))
MIXED = Bounds(Records(1, 2, (0b10, 0b00)))
TWO = Bounds(Records(2, 1, (0b11, 0b00)))
FILES = Bounds(Records(1, 3, (0b000,)), compactors=2)
SWEPT = Bounds(Records(1, 1, (0b0,)), sweeps=("silver",))


def _no_fence(_table: TableOffsets, _ranges: Sequence[Range]) -> bool:
    return True


def _fence_of_one(table: TableOffsets, ranges: Sequence[Range]) -> bool:
    return decisions.may_commit(table, ranges[:1])


def _fence_ajar(table: TableOffsets, ranges: Sequence[Range]) -> bool:
    return all(table.next[r.partition] <= r.first for r in ranges)


def _fence_once(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[bool]:
    """As pyiceberg's own retries: refused, the commit goes on top of whatever is there."""
    append = yield from writing.prepare(topic_id, table, ranges, spent)
    if not decisions.may_commit((yield Load(table)), ranges):
        return False
    while (yield from try_commit(append)) is not None:
        yield Load(table)
    return True


def _offset_apart(topic_id: str, table: Table, ranges: tuple[Range, ...], _spent: Sequence[str]) -> Program[bool]:
    """Rows first, and the offset in a commit of its own."""
    append = yield from writing.prepare(topic_id, table, ranges, ())
    if not decisions.may_commit((yield Load(table)), ranges):
        return False
    if (yield from try_commit(replace(append, properties={}))) is not None:
        return False
    yield Load(table)
    return (yield from try_commit(replace(append, ranges=()))) is None


def _pin_apart(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[bool]:
    """Bronze's rows first, and the pin in a commit after it."""
    append = yield from writing.prepare(topic_id, table, ranges, spent)
    offsets_only = next_offset_properties(topic_id, ranges)
    if not decisions.may_commit((yield Load(table)), ranges):
        return False
    if (yield from try_commit(replace(append, properties=offsets_only))) is not None:
        return False
    yield Load(table)
    return (yield from try_commit(replace(append, ranges=()))) is None


def _no_pin(topic_id: str, table: Table, ranges: tuple[Range, ...], _spent: Sequence[str]) -> Program[Append]:
    yield WriteFiles(table, ranges)
    yield PutPin()
    return Append(table, ranges, next_offset_properties(topic_id, ranges))


def _believing(commit: Commit) -> Program[CommitRefused | CommitUnknown | None]:
    """An unclear reply is taken for a yes."""
    try:
        yield commit
    except CommitRefused as refused:
        return refused
    except CommitUnknown:
        return None
    return None


def _goes_on(
    topic_id: str, batch: Cut, lacking: Mapping[str, tuple[Range, ...]], spent: Sequence[str]
) -> Program[None]:
    """Where somebody else was first with a table, the next one is written all the same."""
    yield Decode(batch.ranges) if batch.pin is None else DecodePinned(batch.ranges, batch.pin)
    for table in decisions.COMMIT_ORDER:
        if lacking[table]:
            yield from writing.commit(topic_id, table, lacking[table], spent)


def _anew(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """A redo decodes anew."""
    return replace(sound_cut(held, lake), pin=None)


def _across(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """A batch goes beyond its pin."""
    batch = sound_cut(held, lake)
    return replace(batch, ranges=tuple(replace(r, end=held[r.partition][1]) for r in batch.ranges))


def _by_one_pin(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """All partitions' ranges follow the first one's pin."""
    batches = [sound_cut({p: ends}, lake) for p, ends in held.items()]
    ranges = tuple(r for batch in batches for r in batch.ranges)
    return Cut(ranges, next((batch.pin for batch in batches if batch.ranges), None))


def _from_kafka(held: Mapping[int, tuple[int, int]], lake: LakeOffsets) -> Cut:
    """A batch begins where Kafka said, not where the lake ends."""
    ranges = tuple(Range(p, first, end) for p, (first, end) in held.items())
    pins = {r: lake.pin_at(r.partition, r.first) for r in ranges}
    return Cut(ranges, next((pin.name for pin in pins.values() if pin), None))


sound_cut = decisions.cut


def _in_commit_order(_partitions: Sequence[int]) -> Program[LakeOffsets]:
    """The tables are read once, bronze first."""
    bronze = yield Load("bronze")
    quarantine = yield Load("quarantine")
    silver = yield Load("silver")
    return LakeOffsets(bronze, quarantine, silver)


def _once(_partitions: Sequence[int]) -> Program[LakeOffsets]:
    """The tables are read once, however they fit."""
    silver = yield Load("silver")
    quarantine = yield Load("quarantine")
    bronze = yield Load("bronze")
    return LakeOffsets(bronze, quarantine, silver)


def _swap_blindly(table: Table, groups: tuple[tuple[str, ...], ...]) -> Program[bool]:
    """Refused, a swap goes on top of whatever is there."""
    inputs = frozenset(path for group in groups for path in group)
    yield Merge(table, groups)
    yield LoadFiles(table)
    while (yield from try_commit(Swap(table, inputs))) is not None:
        yield LoadFiles(table)
    return True


def _no_sweepers_fence(_table: Table) -> Program[None]:
    return
    yield


def _fence_then_list(table: Table) -> Program[tuple[str, ...]]:
    """The sweeper's empty snapshot comes before it lists."""
    yield Load(table)
    yield from sweeping.fence(table)
    listed = yield ListObjects(table)
    yield Named(table)
    yield Named(table)
    yield Delete(table, tuple(stored.path for stored in listed))
    return ()


def _zero_if_missing(table: TableOffsets, partition: int) -> int:
    return table.next.get(partition, 0)


def _with_a_key_missing() -> Bounds:
    """All tables are past the first record; bronze still has its pin, and silver has lost the key of its offset."""
    records = Records(1, 2, (0b00,))
    known, first = dict(empty(records).properties), [Range(0, 0, 1)]
    moved = known | next_offset_properties(TOPIC_ID, first)
    pinned = moved | {pin_key(TOPIC_ID, 0, 0): pin_value(Pin(0, 1, pin_name(records, 0, tuple(first))))}
    lost = {key: value for key, value in known.items() if key not in next_offset_properties(TOPIC_ID, first)}
    tables = [(pinned, 1), (moved, 0), (lost, 1)]
    states = tuple(TableState(tuple(sorted(properties.items())), rows, ()) for properties, rows in tables)
    return Bounds(records, writers=1, begins_with=states, may_stop=True)


def _plus(step: int) -> Any:
    def moved(topic_id: str, ranges: Sequence[Range]) -> dict[str, str]:
        return next_offset_properties(topic_id, [replace(r, end=r.end + step) for r in ranges])

    return moved


def _all_pins(lake: LakeOffsets, topic_id: str, _partitions: Sequence[int]) -> list[str]:
    return [pin_key(topic_id, p, pin.first) for p, pins in lake.bronze.pins.items() for pin in pins]


def _short_pins(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[Append]:
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


sound_prepare = writing.prepare
FROM_KAFKA = Polls(from_anywhere=True)

MUTATIONS: Mapping[str, Mutation] = {
    "no-fence": Mutation("A commit goes on though the offsets moved.", [(writing, "may_commit", _no_fence)], ONE),
    "fence-of-one": Mutation(
        "The fence looks at a batch's first partition alone.", [(writing, "may_commit", _fence_of_one)], TWO
    ),
    "fence-ajar": Mutation(
        "The fence lets through what begins beyond the table's end.",
        [(writing, "may_commit", _fence_ajar)],
        replace(ONE, polls=FROM_KAFKA),
    ),
    "silent-retry": Mutation(
        "A refused commit goes on top of the new head, as by pyiceberg's retries.",
        [(writing, "commit", _fence_once)],
        ONE,
    ),
    "no-compare-and-set": Mutation("The catalog takes every commit.", [], replace(ONE, compare_and_set=False)),
    "silver-first": Mutation(
        "Silver is committed before quarantine.",
        [(writing, "COMMIT_ORDER", ("bronze", "silver", "quarantine"))],
        ONE,
    ),
    "bronze-last": Mutation(
        "Bronze is committed last.", [(writing, "COMMIT_ORDER", ("quarantine", "silver", "bronze"))], ONE
    ),
    "no-skip": Mutation(
        "A redo gives each table all of the batch.", [(writing, "rest_of", lambda batch, _next: batch)], ONE
    ),
    "no-pin": Mutation("Bronze is committed without a pin.", [(writing, "prepare", _no_pin)], ONE),
    "pin-after-bronze": Mutation("The pin is set after bronze's rows.", [(writing, "commit", _pin_apart)], ONE),
    "pin-not-followed": Mutation("A redo decodes anew.", [(decisions, "cut", _anew)], MIXED),
    "pin-crossed": Mutation("A redo goes beyond its pin.", [(decisions, "cut", _across)], ONE),
    "pin-of-another": Mutation("Two pins' ranges follow one of them.", [(decisions, "cut", _by_one_pin)], TWO),
    "pin-too-short": Mutation("A pin covers a part of its range.", [(writing, "prepare", _short_pins)], ONE),
    "pin-spent-early": Mutation(
        "Bronze's commit removes pins that quarantine and silver are not past.",
        [(writing, "spent_pins", _all_pins)],
        TWO,
    ),
    "offset-apart": Mutation(
        "The offset is set in a commit of its own, after the rows.", [(writing, "commit", _offset_apart)], ONE
    ),
    "offset-too-high": Mutation("Next offset plus one.", [(writing, "next_offset_properties", _plus(1))], ONE),
    "offset-too-low": Mutation("Next offset minus one.", [(writing, "next_offset_properties", _plus(-1))], ONE),
    "properties-alone": Mutation(
        "A commit without rows sets properties alone, which no catalog compares.",
        [],
        replace(ONE, properties_alone=True),
    ),
    "zero-if-missing": Mutation(
        "A table without the key begins at 0.",
        [
            (TableOffsets, "next_offset", _zero_if_missing),
            (
                writing,
                "may_commit",
                lambda table, ranges: all(table.next_offset(r.partition) == r.first for r in ranges),
            ),
        ],
        _with_a_key_missing(),
    ),
    "from-the-furthest": Mutation(
        "A writer begins where the furthest table ends.",
        [(LakeOffsets, "start", lambda lake, p: lake.bronze.next_offset(p))],
        ONE,
    ),
    "from-kafka": Mutation(
        "A writer begins where Kafka says.", [(decisions, "cut", _from_kafka)], replace(ONE, polls=FROM_KAFKA)
    ),
    "unclear-is-yes": Mutation(
        "A commit without a reply is taken to have landed.",
        [(writing, "try_commit", _believing)],
        replace(ONE, lost_replies=True),
    ),
    "goes-on": Mutation(
        "Too late for one table, a writer goes on with the next.", [(writing, "_write", _goes_on)], MIXED
    ),
    "bronze-read-first": Mutation(
        "The tables are read in the order of commits.", [(writing, "read_lake", _in_commit_order)], ONE
    ),
    "read-once": Mutation("Tables that do not fit together are taken as read.", [(writing, "read_lake", _once)], ONE),
    "swap-blindly": Mutation(
        "A refused compaction does not look whether its files are live.",
        [(compacting, "compact", _swap_blindly)],
        FILES,
    ),
    "sweep-without-fence": Mutation("The sweeper commits nothing.", [(sweeping, "fence", _no_sweepers_fence)], SWEPT),
    "sweep-lists-late": Mutation(
        "The sweeper lists after its empty snapshot.", [(sweeping, "sweep", _fence_then_list)], SWEPT
    ),
    "old-files-named": Mutation(
        "A writer does not look how old its files are.",
        [(writing, "is_too_old", lambda _age_s, _grace_s: False)],
        SWEPT,
    ),
    "old-merge-named": Mutation(
        "A compactor does not look how old its file is.",
        [(compacting, "is_too_old", lambda _age_s, _grace_s: False)],
        replace(FILES, records=Records(1, 2, (0b00,)), compactors=1, sweeps=("silver",)),
    ),
}
"""By name."""
