"""Arrival plans: when each event is due, fixed before the first is sent.

An open-loop generator must not let a slow system delay its questions, or the system's worst moments would be asked
about least. So a plan is a pure function of the event's number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Phase:
    """So many events a second for so long, evenly spaced."""

    for_s: float
    rate_per_s: float

    @property
    def count(self) -> int:
        """How many events are due in it."""
        return round(self.for_s * self.rate_per_s)


class Arrivals:
    """Phases one after the other."""

    def __init__(self, phases: Sequence[Phase]) -> None:
        """Plan the phases.

        Raises:
            ValueError: a phase has no duration or rate above 0, or there is none.
        """
        for phase in phases:
            if not (0 < phase.rate_per_s < float("inf") and 0 < phase.for_s < float("inf")):
                raise ValueError(f"{phase}: allowed are a duration and a rate above 0")
        if not phases:
            raise ValueError("there is no phase, allowed is one at least")
        self._phases = phases
        self._first = [0, *accumulate(phase.count for phase in phases)]
        self._begin_ns = [0, *accumulate(int(phase.for_s * _S) for phase in phases)]

    @property
    def count(self) -> int:
        """How many events are due in all."""
        return self._first[-1]

    @property
    def duration_s(self) -> float:
        """How long all phases take."""
        return self._begin_ns[-1] / _S

    def offset_ns(self, index: int) -> int | None:
        """When event `index` (from 0) is due, nanoseconds after the start; None beyond the last."""
        if index >= self.count:
            return None
        phase = bisect_right(self._first, index) - 1
        return self._begin_ns[phase] + int((index - self._first[phase]) * _S / self._phases[phase].rate_per_s)
