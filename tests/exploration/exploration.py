"""One exploration: through all worlds, or to the first that must not be, and the way there."""

from collections import deque
from dataclasses import dataclass
from struct import Struct

from tests.exploration.bounds import Bounds, World
from tests.exploration.explorer import Explorer
from tests.exploration.tables import NAMES, TableState, Violation


@dataclass(frozen=True)
class Explored:
    """What was found.

    Attributes:
        worlds: how many different ones.
        tables: the three tables, files aside, of each of them.
        violation: what must not be and is; None if nothing was found.
        way: the steps that lead there, the fewest that do.
    """

    worlds: int
    tables: frozenset[tuple[TableState, ...]]
    violation: str | None
    way: tuple[str, ...]


def explore(bounds: Bounds, has_way: bool = False) -> Explored:
    """Go through all worlds within `bounds`.

    Args:
        has_way: whether the shortest way to a violation is wanted; that takes more memory.
    """
    explorer = Explorer(bounds)
    first = explorer.first()
    came_from: dict[World, World] = {}
    # Half the memory of tuples.
    packed = Struct(f"{len(first)}I")
    seen = {packed.pack(*first)}
    ahead = deque([first])
    while ahead:
        world = ahead.popleft() if has_way else ahead.pop()
        try:
            for after in explorer.after(world):
                key = packed.pack(*after)
                if key not in seen:
                    seen.add(key)
                    ahead.append(after)
                    if has_way:
                        came_from[after] = world
        except Violation as violation:
            way = [world]
            while way[-1] in came_from:
                way.append(came_from[way[-1]])
            steps = tuple(explorer.spelled(a, b) for a, b in zip(way[:0:-1], way[-2::-1], strict=True))
            return Explored(len(seen), frozenset(), str(violation), steps)
    tables = {packed.unpack(key)[: len(NAMES)] for key in seen}
    return Explored(len(seen), frozenset(map(explorer.tables_of, tables)), None, ())
