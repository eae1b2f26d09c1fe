"""Every interleaving of a few writers, compactors, replays and a sweeper on a model of the lake, at small bounds.

A world is three tables, actors that stand before an effect, and commits on their way. Any actor may go on, be slow, or
die, at any time: which is next is what the explorer tries out. What nobody else can see is done at once: a decode, or
a file that no table names yet.

With `coarse`, a table's last look before a commit and the commit are one step as well, but for the tables that are
`fine`: a commit is refused if the table changed in between, and whoever is refused looks again, so whatever came in
between might as well have come before. And a writer that can only find that it is too late has found it, since next
offsets never go back. A commit whose reply is lost is then one that landed, or did not, before a crash. Smaller bounds
are explored without, and must come to the same tables.
"""

from collections.abc import Iterator
from itertools import product

from reference.protocol import compacting, replaying
from reference.protocol.effects import (
    Append,
    Commit,
    Delete,
    Fence,
    ListObjects,
    Load,
    LoadFiles,
    LoadReplay,
    LookFor,
    Named,
    Replayed,
    Swap,
    TableFiles,
)
from reference.protocol.offsets import DEFAULT_GRACE_S, Range
from tests.exploration.actors import DOOMED, LANDED, LISTED, LOST, YOUNG, Actor
from tests.exploration.bounds import ACTORS, COMING, OLD, QUARANTINE, SILVER, Bounds, World
from tests.exploration.standing import REFUSED, Unknown
from tests.exploration.tables import NAMES, Violation, empty, live_files, view
from tests.exploration.worlds import Worlds


class Explorer(Worlds):
    """Goes from one world to the next."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self._loaded: dict[tuple[Actor, int], tuple[int, ...]] = {}

    def after(self, world: World) -> Iterator[World]:
        """All worlds that one step leads to."""
        for at in range(ACTORS, len(world) - 1):
            if not self._bounds.coarse:
                yield from self.if_dies(world, at)
            yield from self.if_goes_on(world, at)
        yield from self.if_others_act(world)

    def if_dies(self, world: World, at: int) -> Iterator[World]:
        """The world without what the actor at this place has under way, if anything."""
        actor = self._actor[world[at]]
        if self._actors.before(actor) is not None:
            left = self._unlisted(world) if actor.kind == "sweeper" else world
            yield self._tidy(self._with(left, at, Actor(actor.kind)))

    def if_goes_on(self, world: World, at: int) -> Iterator[World]:
        """All worlds that the next step of the actor at this place leads to."""
        yield from map(self._tidy, self._steps(world, at, self._actor[world[at]]))

    def if_others_act(self, world: World) -> Iterator[World]:
        """A commit that was sent earlier lands, or somebody else commits a snapshot."""
        for flight in self._flights[world[-1]]:
            yield self._tidy(self._land(world, flight, by=None))
        if self._bounds.foreign:
            for table in range(len(NAMES)):
                yield self._tidy(self._changed(world, table, world[table]))

    def _steps(self, world: World, at: int, actor: Actor) -> Iterator[World]:
        effect = self._actors.before(actor)
        match effect:
            case None:
                yield from self._begin(world, at, actor)
            case Load(table):
                yield from self._load(world, at, actor, NAMES.index(table))
            case LoadFiles():
                yield from self._load_files(world, at, actor)
            case LoadReplay(_, ranges):
                yield from self._load_replay(world, at, actor, ranges)
            case Append() | Swap() | Fence():
                yield from self._commit(world, at, actor, effect)
            case LookFor():
                yield from self._look(world, at, actor)
            case ListObjects(table):
                yield from self._list(world, at, actor, NAMES.index(table))
            case Named():
                named = frozenset({COMING} if actor.decoded == COMING else ())
                yield from self._answered(world, at, actor, named, named)
            case Delete():
                yield from self._delete(world, at, actor, effect)
            case _:
                raise TypeError(effect)

    def _begin(self, world: World, at: int, actor: Actor) -> Iterator[World]:
        if actor.kind == "writer":
            yield from self._load(world, at, self._actors.read(actor), SILVER)
        elif actor.kind == "compactor":
            files = live_files(self._table[world[SILVER]])
            groups = compacting.choose(files, target_bytes=1000, max_bytes=1000)
            if groups:
                yield from (self._with(world, at, begun) for begun in self._actors.compact(actor, groups))
        elif actor.kind == "replay":
            replay_id = self._bounds.replays[at - (len(world) - 2 - len(self._bounds.replays))]
            silver = view(self._table[world[SILVER]].properties)
            ranges = replaying.replay_ranges(silver, replay_id, silver.next, self._records.offsets)
            quarantined = self._table[world[QUARANTINE]].rows
            if ranges:
                begun = self._actors.replay(actor, replay_id, ranges, quarantined)
                yield from (self._with(world, at, actor) for actor in begun)
        else:
            for name in self._bounds.sweeps:
                # What it reads first is only how old an orphan must be.
                for loaded in self._load(world, at, self._actors.sweep(actor, name), NAMES.index(name)):
                    yield from self._list(loaded, at, self._actor[loaded[at]], NAMES.index(name))

    def _load(self, world: World, at: int, actor: Actor, table: int) -> Iterator[World]:
        key = (actor, world[table])
        known = self._loaded.get(key)
        if known is None:
            properties = self._table[world[table]].properties
            is_fresh = bool(actor.decoded) or actor.kind == "sweeper"
            then = self._actors.answered(actor, properties, view(properties), is_fresh=is_fresh)
            known = self._loaded[key] = tuple(map(self._actor, then))
        yield from self._go_on(((*world[:at], number, *world[at + 1 :]) for number in known), at)

    def _load_files(self, world: World, at: int, actor: Actor) -> Iterator[World]:
        live = live_files(self._table[world[SILVER]])
        answer = TableFiles(live, DEFAULT_GRACE_S)
        yield from self._go_on(self._answered(world, at, actor, live, answer, is_fresh=True), at)

    def _load_replay(self, world: World, at: int, actor: Actor, ranges: tuple[Range, ...]) -> Iterator[World]:
        silver = self._table[world[SILVER]]
        already = self._records.replayed(silver) & self._records.mask(ranges)
        answer = Replayed(view(silver.properties), self._records.coordinates(already))
        key = (silver.properties, already)
        yield from self._go_on(self._answered(world, at, actor, key, answer, is_fresh=True), at)

    def _go_on(self, worlds: Iterator[World], at: int) -> Iterator[World]:
        """Where looking and committing are one step, commit as well."""
        for world in worlds:
            table = self._commits_to(world[at])
            if table is not None and self._is_coarse[table]:
                actor = self._actor[world[at]]
                effect = self._actors.before(actor)
                if isinstance(effect, Commit):
                    yield from self._commit(world, at, actor, effect)
                    continue
            yield world

    def _commit(self, world: World, at: int, actor: Actor, commit: Commit) -> Iterator[World]:
        table = NAMES.index(commit.table)
        if not actor.is_fresh and self._is_compared(commit, actor):
            yield from self._answered(world, at, actor, REFUSED, REFUSED)
            return
        flight = self._flight(commit, actor)
        landed = self._land(world, flight, by=at)
        answered = actor._replace(is_fresh=False, held=YOUNG)
        yield from self._answered(landed, at, answered, None, None)
        if self._bounds.coarse:
            yield from self.if_dies(landed, at)
        if self._bounds.lost_replies and not self._is_coarse[table]:
            unknown = ("unknown", Unknown(1))
            yield from self._answered(landed, at, actor, *unknown, is_fresh=False, unclear=LANDED)
            yield from self._answered(world, at, actor, *unknown, unclear=LOST)
            flying = self._flights[world[-1]]
            if len(flying) < self._bounds.flights:
                sent = (*world[:-1], self._flights(tuple(sorted((*flying, flight)))))
                yield from self._answered(sent, at, actor, *unknown, unclear=LOST)

    def _is_compared(self, commit: Commit, actor: Actor) -> bool:
        if not self._bounds.properties_alone:
            return self._bounds.compare_and_set
        has_rows = (
            isinstance(commit, Append) and self._committed(self._flight(commit, actor), empty(self._records)).rows
        )
        return bool(has_rows)

    def _look(self, world: World, at: int, actor: Actor) -> Iterator[World]:
        found = actor.unclear == LANDED
        yield from self._answered(world, at, actor, found, found, unclear=LOST)
        if found and self._bounds.foreign:
            # Its snapshot was expired meanwhile.
            yield from self._answered(world, at, actor, False, False, unclear=LOST)

    def _list(self, world: World, at: int, actor: Actor, table: int) -> Iterator[World]:
        """Any of what is held for this table may be old by now. If none is, the sweeper ends."""
        holders = self._holders(world, table)
        if self._bounds.coarse:
            holders = [i for i in holders if not self._writes_anew(world[i], world[table])]
        flying = self._flights[world[-1]]
        for are_old in product((False, True), repeat=len(holders) + len(flying)):
            if not any(are_old):
                continue
            listed = world
            for i, is_old in zip(holders, are_old, strict=False):
                held = self._actor[world[i]]
                listed = self._with(listed, i, held._replace(held=max(held.held, LISTED))) if is_old else listed
            flights = [
                f._replace(held=max(f.held, LISTED)) if is_old and self._table_of(f) == table else f
                for f, is_old in zip(flying, are_old[len(holders) :], strict=True)
            ]
            listed = (*listed[:-1], self._flights(tuple(sorted(flights))))
            # The first look at what is named can only spare the sweep.
            for looked in self._answered(listed, at, actor, OLD, OLD):
                yield from self._answered(looked, at, self._actor[looked[at]], None, frozenset())

    def _delete(self, world: World, at: int, actor: Actor, delete: Delete) -> Iterator[World]:
        """What was listed is gone: nobody may name it from now on, nor have named it."""
        if COMING in delete.paths and actor.decoded == COMING:
            raise Violation(f"a file was swept that {delete.table} names")
        doomed = self._marked(world, NAMES.index(delete.table), LISTED, DOOMED)
        yield from self._answered(doomed, at, actor, None, None)
