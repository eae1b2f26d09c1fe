"""Every interleaving of a few writers, a compactor and a sweeper on a model of the lake, at small bounds.

A world is three tables, actors that stand before an effect, and commits on their way. Any actor may go on, be slow, or
die, at any time: which is next is what the explorer tries out. What nobody else can see is done at once: a decode, or
a file that no table names yet.

With `coarse`, a table's last look before a commit and the commit are one step as well, but for the tables that are
`fine`: a commit is refused if the table changed in between, and whoever is refused looks again, so whatever came in
between might as well have come before. And a writer that can only find that it is too late has found it, since next
offsets never go back. A commit whose reply is lost is then one that landed, or did not, before a crash. Smaller bounds
are explored without, and must come to the same tables.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, NamedTuple

from reference.protocol import compacting
from reference.protocol.effects import (
    Append,
    Commit,
    Fence,
    ListObjects,
    Load,
    LoadFiles,
    LookFor,
    Named,
    StoredObject,
    Swap,
    Table,
    TableFiles,
)
from reference.protocol.offsets import DEFAULT_GRACE_S
from reference.protocol.performing import step_of
from tests.exploration.actors import DOOMED, FOREVER_S, LANDED, LISTED, LOST, YOUNG, Actor, Actors, Numbered, Polls
from tests.exploration.alone import Alone
from tests.exploration.standing import REFUSED, Unknown
from tests.exploration.tables import (
    NAMES,
    Records,
    TableState,
    Violation,
    append_to,
    check,
    empty,
    live_files,
    swapped,
    view,
)

World = tuple[int, ...]
"""Numbers of: bronze, quarantine, silver; the actors, writers first and the sweeper last; the flights as one."""

BRONZE, QUARANTINE, SILVER = range(3)
ACTORS = 3
ANY_POLLS: Final = Polls()
SOMETHING: Final = (StoredObject("what somebody holds", FOREVER_S),)


class Flight(NamedTuple):
    """A commit, by its number, that was sent; it may land yet, unless its table changes before."""

    commit: int
    pin: str
    held: int


@dataclass(frozen=True)
class Bounds:
    """What is explored. Crashes, waits and refusals are not bounded.

    Attributes:
        sweeps: tables that a sweeper looks at.
        lost_replies: whether commits land, or do not, without a reply.
        flights: so many commits without a reply at once that may land later.
        foreign: whether others commit snapshots, and expire them.
        coarse, fine: see above.
        compare_and_set: whether the catalog has it.
        properties_alone: whether a commit without rows makes no snapshot.
        begins_with: tables that are not empty.
        may_stop: whether a writer does right to stop.
    """

    records: Records
    writers: int = 2
    compactors: int = 0
    sweeps: tuple[Table, ...] = ()
    polls: Polls = ANY_POLLS
    lost_replies: bool = False
    flights: int = 0
    foreign: bool = False
    coarse: bool = False
    fine: tuple[Table, ...] = ()
    compare_and_set: bool = True
    properties_alone: bool = False
    begins_with: tuple[TableState, ...] | None = None
    may_stop: bool = False


class Explorer:
    """Goes through all worlds within bounds."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._records = bounds.records
        self._actors = Actors(bounds.records, bounds.polls, bounds.may_stop)
        self._actor: Numbered[Actor] = Numbered()
        self._table: Numbered[TableState] = Numbered()
        self._flights: Numbered[tuple[Flight, ...]] = Numbered()
        self._commits: list[Commit] = []
        self._commit_numbers: dict[str, int] = {}
        self._flight_of: dict[tuple[int, str, int], Flight] = {}
        self._loaded: dict[tuple[Actor, int], tuple[int, ...]] = {}
        self._landed: dict[tuple[Flight, int], int] = {}
        self._commits_to_memo: dict[int, int | None] = {}
        self._too_late: dict[tuple[int, int], bool] = {}
        self._tidied_memo: dict[tuple[int, int], int] = {}
        self._checked: set[tuple[int, ...]] = set()
        self._finished: set[tuple[TableState, ...]] = set()
        self._is_coarse = [bounds.coarse and name not in bounds.fine for name in NAMES]

    def first(self) -> World:
        """Empty tables, and nobody has begun."""
        kinds = ["writer"] * self._bounds.writers + ["compactor"] * self._bounds.compactors + ["sweeper"]
        tables = self._bounds.begins_with or (empty(self._records),) * len(NAMES)
        return (*map(self._table, tables), *(self._actor(Actor(kind)) for kind in kinds), self._flights(()))  # type: ignore[arg-type]

    def after(self, world: World) -> Iterator[World]:
        """All worlds that one step leads to."""
        for at in range(ACTORS, len(world) - 1):
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

    def tables_of(self, world: World) -> tuple[TableState, ...]:
        """A world's tables, files aside."""
        return tuple(self._table[number]._replace(files=()) for number in world[:ACTORS])

    def spelled(self, before: World, after: World) -> str:
        """What led from one world to another, for a person."""
        gone = Counter(before[ACTORS:-1]) - Counter(after[ACTORS:-1])
        come = Counter(after[ACTORS:-1]) - Counter(before[ACTORS:-1])
        tables = [name for name, a, b in zip(NAMES, before, after, strict=False) if a != b]
        who = [self._spell(number) for number in gone.elements()]
        then = [self._spell(number) for number in come.elements()]
        moved = f", {' and '.join(tables)} changed" if tables else ""
        return f"{'; '.join(who) or 'a commit lands'} -> {'; '.join(then) or 'the same'}{moved}"

    def _spell(self, number: int) -> str:
        actor = self._actor[number]
        effect = self._actors.before(actor)
        batch = f" of {actor.decoded}" if actor.decoded else ""
        return f"{actor.kind}{batch} before {step_of(effect)}" if effect else f"idle {actor.kind}"

    # What an actor may do.

    def _steps(self, world: World, at: int, actor: Actor) -> Iterator[World]:
        effect = self._actors.before(actor)
        match effect:
            case None:
                yield from self._begin(world, at, actor)
            case Load(table):
                yield from self._load(world, at, actor, NAMES.index(table))
            case LoadFiles():
                yield from self._load_files(world, at, actor)
            case Append() | Swap() | Fence():
                yield from self._commit(world, at, actor, effect)
            case LookFor():
                yield from self._look(world, at, actor)
            case ListObjects(table):
                yield from self._list(world, at, actor, NAMES.index(table))
            case Named(table):
                doomed = self._marked(world, NAMES.index(table), LISTED, DOOMED)
                yield from self._answered(doomed, at, actor, None, frozenset())
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
        holders = [i for i in self._holders(world, table) if not self._bounds.coarse or self._actor[world[i]].is_fresh]
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
            for looked in self._answered(listed, at, actor, SOMETHING, SOMETHING):
                yield from self._answered(looked, at, self._actor[looked[at]], None, frozenset())

    # What becomes of the world.

    def _answered(self, world: World, at: int, actor: Actor, key: Any, answer: Any, **changes: Any) -> Iterator[World]:
        for actor_then in self._actors.answered(actor, key, answer, **changes):
            yield self._with(world, at, actor_then)

    def _with(self, world: World, at: int, actor: Actor) -> World:
        return (*world[:at], self._actor(actor), *world[at + 1 :])

    def _flight(self, commit: Commit, actor: Actor) -> Flight:
        key = (actor.place, actor.decoded, actor.held)
        known = self._flight_of.get(key)
        if known is None:
            number = self._commit_numbers.setdefault(repr(commit), len(self._commits))
            if number == len(self._commits):
                self._commits.append(commit)
            known = self._flight_of[key] = Flight(number, actor.decoded, actor.held)
        return known

    def _table_of(self, flight: Flight) -> int:
        return NAMES.index(self._commits[flight.commit].table)

    def _land(self, world: World, flight: Flight, by: int | None) -> World:
        """The world in which a commit has landed, sent by the actor `by` just now, or by somebody earlier."""
        table = self._table_of(flight)
        key = (flight, world[table])
        state = self._landed.get(key)
        if state is None:
            state = self._landed[key] = self._table(self._committed(flight, self._table[world[table]]))
        return self._changed(world, table, state, by)

    def _committed(self, flight: Flight, table: TableState) -> TableState:
        commit = self._commits[flight.commit]
        if isinstance(commit, Fence):
            return table
        if flight.held == DOOMED:
            raise Violation(f"{commit.table} names a file that was swept")
        if isinstance(commit, Swap):
            return swapped(table, commit.inputs)
        return append_to(self._records, table, commit, flight.pin, has_files=self._bounds.compactors > 0)

    def _changed(self, world: World, table: int, state: int, by: int | None = None) -> World:
        """The world in which somebody has committed to a table: what others know of it is stale."""
        actors = [
            self._stale(actor, world[i], table, state) if i != by else world[i]
            for i, actor in enumerate(map(self._actor.__getitem__, world[ACTORS:-1]), ACTORS)
        ]
        flights = world[-1]
        if self._flights[flights]:
            flights = self._flights(tuple(f for f in self._flights[flights] if self._table_of(f) != table))
        tables = (*world[:table], state, *world[table + 1 : ACTORS])
        self._check(tables)
        return (*tables, *actors, flights)

    def _stale(self, actor: Actor, number: int, table: int, state: int) -> int:
        if self._commits_to(number) != table:
            return number
        if actor.is_fresh:
            actor = actor._replace(is_fresh=False)
            number = self._actor(actor)
        if self._bounds.coarse and self._is_too_late(actor, number, state):
            return self._actor(Actor(actor.kind))
        return number

    def _is_too_late(self, actor: Actor, number: int, state: int) -> bool:
        """Whether all that an actor can do is to find that somebody was first."""
        key = (number, state)
        known = self._too_late.get(key)
        if known is None:
            effect, table = self._actors.before(actor), self._table[state]
            if isinstance(effect, Load):
                known = self._actors.would_end(actor, table.properties, view(table.properties))
            elif isinstance(effect, LoadFiles):
                live = live_files(table)
                known = self._actors.would_end(actor, live, TableFiles(live, DEFAULT_GRACE_S))
            else:
                known = False
            self._too_late[key] = known
        return known

    def _check(self, tables: tuple[int, ...]) -> None:
        if tables in self._checked:
            return
        self._checked.add(tables)
        states = tuple(self._table[number] for number in tables)
        check(self._records, states)
        if self._bounds.may_stop:
            return
        without_files = tuple(state._replace(files=()) for state in states)
        if without_files not in self._finished:
            self._finished.add(without_files)
            Alone(self._records, without_files).finish()

    # Sweeping.

    def _commits_to(self, number: int) -> int | None:
        if number not in self._commits_to_memo:
            self._commits_to_memo[number] = self._actors.commits_to(self._actor[number])
        return self._commits_to_memo[number]

    def _holders(self, world: World, table: int) -> list[int]:
        """Who has written something for a commit to a table."""
        return [at for at in range(ACTORS, len(world) - 2) if self._commits_to(world[at]) == table]

    def _marked(self, world: World, table: int, old: int, new: int) -> World:
        """The world in which all that is held for a table and is `old` is `new`."""
        for at in self._holders(world, table):
            actor = self._actor[world[at]]
            if actor.held == old:
                world = self._with(world, at, actor._replace(held=new))
        flights = self._flights[world[-1]]
        if flights:
            marked = [f._replace(held=new) if f.held == old and self._table_of(f) == table else f for f in flights]
            world = (*world[:-1], self._flights(tuple(sorted(marked))))
        return world

    def _unlisted(self, world: World) -> World:
        for table in range(len(NAMES)):
            world = self._marked(world, table, LISTED, YOUNG)
        return world

    # One world for all that are alike.

    def _tidy(self, world: World) -> World:
        writers = ACTORS + self._bounds.writers
        if not self._bounds.coarse:
            return (*world[:ACTORS], *sorted(world[ACTORS:writers]), *world[writers:])
        actors = [self._tidied(number, world) for number in world[ACTORS:-2]]
        sweeper = world[-2]
        if self._bounds.sweeps and all(self._actor[number].held == YOUNG for number in actors):
            sweeper = self._actor(Actor("sweeper"))
        count = self._bounds.writers
        return (*world[:ACTORS], *sorted(actors[:count]), *actors[count:], sweeper, world[-1])

    def _tidied(self, number: int, world: World) -> int:
        """An actor that is too late is idle; what is listed but will be looked at again will be written anew."""
        table = self._commits_to(number)
        if table is None:
            return number
        key = (number, world[table])
        known = self._tidied_memo.get(key)
        if known is None:
            actor = known_actor = self._actor[number]
            if self._is_too_late(actor, number, world[table]):
                known_actor = Actor(actor.kind)
            elif actor.held != YOUNG and not actor.is_fresh:
                known_actor = actor._replace(held=YOUNG)
            known = self._tidied_memo[key] = self._actor(known_actor)
        return known
