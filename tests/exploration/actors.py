"""Writers, compactors, replays, a sweeper: each a program of the protocol, before an effect that others can see."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

from reference.errors import PartitionStopped
from reference.protocol import compacting, decisions, replaying, sweeping, writing
from reference.protocol.decisions import LakeOffsets
from reference.protocol.effects import (
    Age,
    Decode,
    DecodePinned,
    DecodeQuarantined,
    Effect,
    Landed,
    Merge,
    Pause,
    PutPin,
    Table,
    WriteFiles,
    WriteReplayed,
)
from reference.protocol.offsets import Range
from tests.exploration.standing import Ended, Standing, Stopped
from tests.exploration.tables import NAMES, TOPIC_ID, Records, Violation, pin_name

T = TypeVar("T", bound=Hashable)
FOREVER_S: Final = 1e9

YOUNG, LISTED, DOOMED = range(3)
"""What was written for the next commit: seen by nobody; old, and on the list of a sweeper; about to be deleted."""

LOST, LANDED = range(2)
"""What became of the last commit whose reply was lost."""


class Actor(NamedTuple):
    """One who acts.

    Attributes:
        place: where its program stands, see standing.py; -1 if it has nothing under way.
        decoded: of a writer, the name of the pin that its batch was decoded by; of a replay, the records that
            decoded / those that its files hold; of a compactor, the files that it has merged; of a sweeper, whether
            something that it listed is a table's by now.
        held: of what it wrote for its next commit.
        is_fresh: whether the table that it read last is still as it read it.
        unclear: what became of a commit that it has to look for.
    """

    kind: Literal["writer", "compactor", "replay", "sweeper"]
    place: int = -1
    decoded: str = ""
    held: int = YOUNG
    is_fresh: bool = False
    unclear: int = LOST


class Numbered(Generic[T]):
    """Things by number, so that a world is a handful of small integers."""

    def __init__(self) -> None:
        self._things: list[T] = []
        self._numbers: dict[T, int] = {}

    def __call__(self, thing: T) -> int:
        """Its number."""
        number = self._numbers.setdefault(thing, len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number

    def __getitem__(self, number: int) -> T:
        return self._things[number]


@dataclass(frozen=True)
class Polls:
    """What a writer may hold when it flushes: of each partition nothing, or all up to any record.

    Attributes:
        from_anywhere: also from records on that it should not begin with, as if Kafka's own offsets had been trusted.
        all_or_one: all that there is, or one record of one partition alone.
    """

    from_anywhere: bool = False
    all_or_one: bool = False

    def choices(self, records: Records, lake: LakeOffsets) -> Iterator[dict[int, tuple[int, int]]]:
        """For each partition held, where that begins and ends."""
        firsts = range(records.offsets) if self.from_anywhere else range(1)
        starts = {p: lake.silver.next.get(p, 0) for p in range(records.partitions)}
        options = [
            [(0, 0), *((first, end) for first in firsts for end in range(max(first, start) + 1, records.offsets + 1))]
            for start in starts.values()
        ]
        for choice in product(*options):
            held = {partition: (first, end) for partition, (first, end) in enumerate(choice) if end}
            is_all = all(held.get(p, (0, start))[1] == records.offsets for p, start in starts.items())
            is_one = len(held) == 1 and all(end == starts[p] + 1 for p, (_first, end) in held.items())
            if held and (is_all or is_one or not self.all_or_one):
                yield held


class Actors:
    """What actors do between two effects that others can see."""

    def __init__(self, records: Records, polls: Polls, may_stop: bool) -> None:
        self._records = records
        self._polls = polls
        self._may_stop = may_stop
        self._standing = Standing()
        self._settled: dict[Actor, tuple[Actor, ...]] = {}
        self._cuts: dict[int, tuple[Actor, ...]] = {}

    def before(self, actor: Actor) -> Effect | None:
        """The effect that an actor stands before; None if it has nothing under way."""
        if actor.place < 0:
            return None
        effect = self._standing.before(actor.place)
        if isinstance(effect, Ended | Stopped):
            raise TypeError(f"{actor} is not settled")
        return effect

    def commits_to(self, actor: Actor) -> int | None:
        """The table that an actor is about to commit something to, if any."""
        effect = self.before(actor)
        if effect is None or (actor.kind == "writer" and not actor.decoded):
            return None
        table: Table = effect.table  # type: ignore[union-attr]
        return NAMES.index(table)

    def read(self, actor: Actor) -> Actor:
        """A writer about to read the lake."""
        partitions = tuple(range(self._records.partitions))
        return actor._replace(place=self._standing.begin("read", lambda: writing.read_lake(partitions)))

    def compact(self, actor: Actor, groups: tuple[tuple[str, ...], ...]) -> tuple[Actor, ...]:
        """A compactor that has merged these files."""
        place = self._standing.begin(("compact", groups), lambda: compacting.compact("silver", groups))
        return self._settle(actor._replace(place=place, decoded=",".join(path for group in groups for path in group)))

    def replay(self, actor: Actor, replay_id: str, ranges: tuple[Range, ...], quarantined: int) -> Iterator[Actor]:
        """A replay of these ranges, as any decoder may have decoded what is quarantined there."""
        program = partial(replaying.replay, TOPIC_ID, replay_id, ranges)
        place = self._standing.begin(("replay", replay_id, ranges), program)
        for fail in self._records.fails:
            decoded = quarantined & self._records.mask(ranges) & ~fail
            yield from self._settle(actor._replace(place=place, decoded=f"{decoded}/0"))

    def sweep(self, actor: Actor, table: Table) -> Actor:
        """A sweeper about to begin with a table."""
        return actor._replace(place=self._standing.begin(("sweep", table), lambda: sweeping.sweep(table)))

    def answered(self, actor: Actor, key: Hashable, answer: Any, **changes: Any) -> tuple[Actor, ...]:
        """Where an actor may stand after the answer to its effect. `key` stands for the answer."""
        place = self._standing.after(actor.place, key, answer)
        return self._settle(actor._replace(place=place, **changes))

    def would_end(self, actor: Actor, key: Hashable, answer: Any) -> bool:
        """Whether this answer to its effect ends an actor's program."""
        return isinstance(self._standing.before(self._standing.after(actor.place, key, answer)), Ended)

    def _settle(self, actor: Actor) -> tuple[Actor, ...]:
        """Where it may stand once what nobody else can see is done."""
        known = self._settled.get(actor)
        if known is None:
            known = self._settled[actor] = tuple(self._go_on(actor))
        return known

    def _go_on(self, actor: Actor) -> Iterator[Actor]:  # noqa: C901 - one case for each effect
        match self._standing.before(actor.place):
            case Decode(ranges):
                for fail in self._records.fails:
                    yield from self.answered(actor, None, None, decoded=pin_name(self._records, fail, ranges))
            case DecodePinned(_, pin):
                yield from self.answered(actor, None, None, decoded=pin)
            case PutPin():
                yield from self.answered(actor, actor.decoded, actor.decoded)
            case WriteReplayed(_, left_out):
                decoded = int(actor.decoded.partition("/")[0])
                holds = decoded & ~self._records.mask(Range(p, offset, offset + 1) for p, offset in left_out)
                yield from self.answered(actor, None, None, held=YOUNG, decoded=f"{decoded}/{holds}")
            case WriteFiles() | Merge():
                yield from self.answered(actor, None, None, held=YOUNG)
            case Age():
                age_s = 0.0 if actor.held == YOUNG else FOREVER_S
                yield from self.answered(actor, age_s, age_s)
            case DecodeQuarantined() | Pause() | Landed():
                yield from self.answered(actor, None, None)
            case Ended(value):
                yield from self._cut(actor, value) if isinstance(value, LakeOffsets) else (Actor(actor.kind),)
            case Stopped(error):
                raise Violation(f"a {actor.kind} stopped: {error}")
            case _:
                yield actor

    def _cut(self, actor: Actor, lake: LakeOffsets) -> tuple[Actor, ...]:
        """A writer that has read the lake, with each batch that it may have to write."""
        known = self._cuts.get(actor.place)
        if known is None:
            found: dict[Actor, None] = {}
            for held in self._polls.choices(self._records, lake):
                for begun in self._write(held, lake):
                    found[begun] = None
            known = self._cuts[actor.place] = tuple(found) or (Actor("writer"),)
        return known

    def _write(self, held: dict[int, tuple[int, int]], lake: LakeOffsets) -> tuple[Actor, ...]:
        try:
            batch = decisions.cut(held, lake)
        except PartitionStopped as stopped:
            if self._may_stop:
                return ()
            raise Violation(f"a writer stopped: {stopped}") from stopped
        if not batch.ranges:
            return ()
        program = partial(writing.write, TOPIC_ID, batch, lake)
        return self._settle(Actor("writer", self._standing.begin(("write", repr(batch), repr(lake)), program)))
