"""Noticing, while a run is under way, that a part of the target died."""

from collections.abc import Callable, Collection

from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Target

LOOK_EVERY_S = 1.0


class HealthWatch:
    """Asks the target how it is, at most once in LOOK_EVERY_S; a part stopped on purpose is not dead."""

    def __init__(self, target: Target, now_s: Callable[[], float]) -> None:
        self._target = target
        self._now_s = now_s
        self._next_s = 0.0

    def look(self, broken: Collection[str] = ()) -> None:
        """Raise TargetError if a part died that is not `broken` by a fault at the moment."""
        if self._now_s() < self._next_s:
            return
        parts = self._target.status().parts
        problems = [part.problem for part in parts if part.problem is not None and part.name not in broken]
        if problems:
            raise TargetError("\n".join(problems))
        self._next_s = self._now_s() + LOOK_EVERY_S
