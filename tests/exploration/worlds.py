"""What worlds are made of, and what becomes of one when an actor goes on or a commit lands."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reference.protocol.effects import Append, Commit, Fence, Load, LoadFiles, Swap, TableFiles
from reference.protocol.offsets import DEFAULT_GRACE_S
from reference.protocol.performing import step_of
from tests.exploration.actors import DOOMED, LISTED, YOUNG, Actor, Actors, Numbered
from tests.exploration.alone import Alone
from tests.exploration.bounds import ACTORS, COMING, SILVER, Bounds, Flight, World
from tests.exploration.standing import REFUSED
from tests.exploration.tables import (
    NAMES,
    TableState,
    Violation,
    append_to,
    check,
    empty,
    live_files,
    replay_into,
    swapped,
    view,
)


class Worlds:
    """All worlds within bounds, by numbers."""

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
        self._landed: dict[tuple[Flight, int], int] = {}
        self._commits_to_memo: dict[int, int | None] = {}
        self._too_late: dict[tuple[int, int], bool] = {}
        self._anew: dict[tuple[int, int], bool] = {}
        self._few_files: dict[tuple[int, tuple[int, ...]], int] = {}
        self._tidied_memo: dict[tuple[int, int], int] = {}
        self._checked: set[tuple[int, ...]] = set()
        self._finished: set[tuple[TableState, ...]] = set()
        self._idle_sweeper = self._actor(Actor("sweeper"))
        self._is_coarse = [bounds.coarse and name not in bounds.fine for name in NAMES]

    def first(self) -> World:
        """Empty tables, and nobody has begun."""
        kinds = ["writer"] * self._bounds.writers + ["compactor"] * self._bounds.compactors
        kinds += [*["replay"] * len(self._bounds.replays), "sweeper"]
        tables = self._bounds.begins_with or (empty(self._records),) * len(NAMES)
        return (*map(self._table, tables), *(self._actor(Actor(kind)) for kind in kinds), self._flights(()))  # type: ignore[arg-type]

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
        world = self._changed(world, table, state, by)
        return self._with_coming(world, table) if flight.held == LISTED else world

    def _with_coming(self, world: World, table: int) -> World:
        """The world in which what a sweeper has listed as no table's is a table's after all."""
        sweeper = self._actor[world[-2]]
        is_its = self._actors.commits_to(sweeper) == table
        return self._with(world, len(world) - 2, sweeper._replace(decoded=COMING)) if is_its else world

    def _committed(self, flight: Flight, table: TableState) -> TableState:
        commit = self._commits[flight.commit]
        if isinstance(commit, Fence):
            return table
        if flight.held == DOOMED:
            raise Violation(f"{commit.table} names a file that was swept")
        if isinstance(commit, Swap):
            return swapped(table, commit.inputs)
        land = replay_into if "/" in flight.pin else append_to
        return land(self._records, table, commit, flight.pin, has_files=self._bounds.compactors > 0)

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

    def _writes_anew(self, number: int, state: int) -> bool:
        """Whether an actor has to look at its table again before it commits, and will not name then what is old."""
        key = (number, state)
        known = self._anew.get(key)
        if known is None:
            actor = self._actor[number]
            looks = not actor.is_fresh and self._bounds.compare_and_set
            known = looks and self._leaves_what_is_old(actor._replace(held=LISTED), self._table[state])
            self._anew[key] = known
        return known

    def _leaves_what_is_old(self, actor: Actor, table: TableState) -> bool:
        effect = self._actors.before(actor)
        if isinstance(effect, Load):
            thens = self._actors.answered(actor, table.properties, view(table.properties))
        elif isinstance(effect, LoadFiles):
            live = live_files(table)
            thens = self._actors.answered(actor, live, TableFiles(live, DEFAULT_GRACE_S))
        elif isinstance(effect, Append | Swap):
            refused = self._actors.answered(actor, REFUSED, REFUSED)
            return all(self._leaves_what_is_old(then, table) for then in refused)
        else:
            return False
        return all(then.place < 0 or then.held == YOUNG for then in thens)

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
        count = self._bounds.writers
        if not self._bounds.coarse:
            return (*world[:ACTORS], *sorted(world[ACTORS : ACTORS + count]), *world[ACTORS + count :])
        actors = [self._tidied(number, world) for number in world[ACTORS:-2]]
        writers, others = sorted(actors[:count]), actors[count:]
        silver, sweeper = world[SILVER], world[-2]
        if self._bounds.compactors:
            silver = self._with_few_files(silver, tuple(others[: self._bounds.compactors]))
        if sweeper != self._idle_sweeper and not self._has_work(sweeper, actors):
            sweeper = self._idle_sweeper
        return (*world[:SILVER], silver, *writers, *others, sweeper, world[-1])

    def _has_work(self, sweeper: int, others: list[int]) -> bool:
        return self._actor[sweeper].decoded == COMING or any(self._actor[number].held != YOUNG for number in others)

    def _with_few_files(self, silver: int, compactors: tuple[int, ...]) -> int:
        """Silver with the files that a compactor names; which file any other row is in makes no difference to anybody.
        As long as there is something to put together, there are two files at least."""
        key = (silver, compactors)
        known = self._few_files.get(key)
        if known is None:
            table = self._table[silver]
            named = {int(path) for at in compactors for path in self._actor[at].decoded.split(",") if path}
            kept = [rows for rows in table.files if rows in named]
            others = sum(rows for rows in table.files if rows not in named)
            lowest = others & -others if not kept and len(table.files) > 1 else 0
            files = tuple(sorted(filter(None, [*kept, lowest, others - lowest])))
            known = self._few_files[key] = self._table(table._replace(files=files))
        return known

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
            elif actor.held != YOUNG and self._writes_anew(number, world[table]):
                known_actor = actor._replace(held=YOUNG)
            known = self._tidied_memo[key] = self._actor(known_actor)
        return known
