"""One exploration: through all worlds, or to the first that must not be, and the way there."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

from tests.exploration.bounds import Bounds, World
from tests.exploration.explorer import Explorer
from tests.exploration.tables import NAMES, TableState, Violation

TOLD_EVERY = 1_000_000


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


def explore(bounds: Bounds, has_way: bool = False, tell: Callable[[int, int], None] = lambda *_: None) -> Explored:
    """Go through all worlds within `bounds`.

    Args:
        has_way: whether the shortest way to a violation is wanted; that takes more memory.
        tell: is told now and then how many worlds were seen, and from how many of these nobody has gone on yet.
    """
    explorer = Explorer(bounds)
    first = explorer.first()
    came_from: dict[World, World] = {}
    # Half the memory of tuples.
    packed = Struct(f"{len(first)}I")
    seen = {packed.pack(*first)}
    ahead = deque([first])
    gone_on_from = 0
    while ahead:
        gone_on_from += 1
        if gone_on_from % TOLD_EVERY == 0:
            tell(len(seen), len(ahead))
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
