"""Arrival plans: when each event is due, fixed before the first is sent.

An open-loop generator must not let a slow system delay its questions, or the system's worst moments would be asked
about least. So a plan depends on nothing but its arguments.

A rate that changes is followed by its integral: event number x is due when the integral of the rate, from the start,
reaches x. For evenly spaced events x is 0, 1, 2, ...; for Poisson arrivals it is the running sum of exponential gaps
of mean 1 (a non-homogeneous Poisson process by inversion, E. Cinlar 1975).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Phase:
    """A rate for a while.

    Attributes:
        to_rate_per_s: the rate at its end, if that is another.
        steps: how many equal pieces, each of one rate, lead from the first rate to the last; 0: a slope.
        weights: if given, the rate follows them: each is that of a moment, these lie equally far apart, between two the
            rate changes evenly, and after the last comes the first. `rate_per_s` is then the mean.
        trace: if given, events are as dense as these: their times in seconds, rising, of which only the proportions
            count. With as many events planned, they come as they did.
    """

    for_s: float
    rate_per_s: float
    to_rate_per_s: float | None = None
    steps: int = 0
    weights: tuple[float, ...] = ()
    trace: Floats | None = None

    @property
    def count(self) -> int:
        """How many events are due in it, on average if they arrive at random."""
        return round(Curve(self.pieces()).total)

    def pieces(self) -> Sequence["Piece | TracePiece"]:
        """Its slopes, or the one piece that follows a trace."""
        if self.trace is not None:
            return [TracePiece(self.for_s, self.for_s * self.rate_per_s, self.trace)]
        if self.weights:
            mean = sum(self.weights) / len(self.weights)
            course = [self.rate_per_s * weight / mean for weight in (*self.weights, self.weights[0])]
            return [Piece(self.for_s / len(self.weights), a, b) for a, b in pairwise(course)]
        last = self.rate_per_s if self.to_rate_per_s is None else self.to_rate_per_s
        if self.steps < 2:
            return [Piece(self.for_s, self.rate_per_s, last)]
        rates = np.linspace(self.rate_per_s, last, self.steps)
        return [Piece(self.for_s / self.steps, float(rate), float(rate)) for rate in rates]


@dataclass(frozen=True, slots=True)
class Piece:
    """A rate that changes evenly."""

    for_s: float
    from_per_s: float
    to_per_s: float

    @property
    def total(self) -> float:
        """The integral of the rate over all of it."""
        return self.for_s * (self.from_per_s + self.to_per_s) / 2

    def elapsed_s(self, numbers: Floats) -> Floats:
        """When the integral of the rate reaches the numbers, seconds after the beginning.

        The root of from * t + (to - from) / (2 * for) * t^2 = x, in the form that loses no digits.
        """
        growth = (self.to_per_s - self.from_per_s) / self.for_s
        under_root = np.maximum(self.from_per_s**2 + 2 * growth * numbers, 0)
        divisor = self.from_per_s + np.sqrt(under_root)
        return np.divide(2 * numbers, divisor, out=np.zeros_like(numbers), where=divisor > 0)


@dataclass(frozen=True, slots=True)
class TracePiece:
    """A rate that is high where the times of a trace are dense; its integral is `total`."""

    for_s: float
    total: float
    trace: Floats
    _bounds: Floats = field(init=False)
    """The times from 0 on, and the end: as long after the last as two lie apart on average."""

    def __post_init__(self) -> None:
        times = self.trace - self.trace[0]
        object.__setattr__(self, "_bounds", np.append(times, times[-1] * len(times) / (len(times) - 1)))

    def elapsed_s(self, numbers: Floats) -> Floats:
        """As Piece.elapsed_s."""
        place = numbers * (len(self.trace) / self.total)
        before = np.minimum(place.astype(np.int64), len(self.trace) - 1)
        first, second = self._bounds[before], self._bounds[before + 1]
        reached: Floats = first + (place - before) * (second - first)
        return reached * (self.for_s / float(self._bounds[-1]))


class Curve:
    """The integral of a rate that is made of pieces, and when it reaches a number."""

    def __init__(self, pieces: Sequence[Piece | TracePiece]) -> None:
        self._pieces = pieces
        self._reached = np.cumsum([0.0, *(piece.total for piece in pieces)])
        self._begins_s = np.cumsum([0.0, *(piece.for_s for piece in pieces)])
        self.total = float(self._reached[-1])

    def due_ns(self, numbers: Floats) -> NDArray[np.int64]:
        """When the integral reaches the numbers, from 0 to `total`, nanoseconds after its beginning."""
        where = np.searchsorted(self._reached, numbers, side="right") - 1
        where = np.minimum(where, len(self._pieces) - 1)
        due_s = np.empty_like(numbers)
        for index in np.unique(where):
            here = where == index
            elapsed_s = self._pieces[index].elapsed_s(numbers[here] - self._reached[index])
            due_s[here] = self._begins_s[index] + np.minimum(elapsed_s, self._pieces[index].for_s)
        return (due_s * 1e9).astype(np.int64)


class Arrivals:
    """Phases one after the other."""

    def __init__(self, phases: Sequence[Phase], poisson_seed: int | None = None) -> None:
        """Plan the phases, evenly spaced, or with a seed at random.

        Raises:
            ValueError: there is no phase, or one has no duration, or its rate is nowhere above 0.
        """
        for phase in phases:
            rates = (phase.rate_per_s, phase.rate_per_s if phase.to_rate_per_s is None else phase.to_rate_per_s)
            weights = phase.weights or (1.0,)
            if not (
                0 < phase.for_s < np.inf
                and min(rates) >= 0
                and 0 < max(rates) < np.inf
                and phase.steps >= 0
                and min(weights) >= 0
                and 0 < max(weights) < np.inf
            ):
                raise ValueError(f"{phase}: allowed are a duration above 0 and rates from 0, one of them above 0")
        if not phases:
            raise ValueError("there is no phase, allowed is one at least")
        self._phases = phases
        self._poisson_seed = poisson_seed
        self.count = sum(phase.count for phase in phases)
        """How many events are due in all, on average if they arrive at random."""
        self.duration_s = sum(phase.for_s for phase in phases)

    def due_ns(self, per_chunk: int) -> Iterator[NDArray[np.int64]]:
        """When each event is due, nanoseconds after the start, in rising order; so many at a time."""
        return self._even(per_chunk) if self._poisson_seed is None else self._poisson(per_chunk, self._poisson_seed)

    def span_s(self, events: int) -> float:
        """How long the first `events` of them take: until the next would be due, or to the end of the plan."""
        before = 0
        for due_ns in self.due_ns(65_536):
            if events < before + len(due_ns):
                return int(due_ns[events - before]) / 1e9
            before += len(due_ns)
        return self.duration_s

    def _even(self, per_chunk: int) -> Iterator[NDArray[np.int64]]:
        begin_s = 0.0
        for phase in self._phases:
            curve = Curve(phase.pieces())
            for first in range(0, phase.count, per_chunk):
                numbers = np.arange(first, min(first + per_chunk, phase.count), dtype=np.float64)
                yield int(begin_s * 1e9) + curve.due_ns(numbers)
            begin_s += phase.for_s

    def _poisson(self, per_chunk: int, seed: int) -> Iterator[NDArray[np.int64]]:
        random = np.random.default_rng(seed)
        curve = Curve([piece for phase in self._phases for piece in phase.pieces()])
        reached = 0.0
        while reached < curve.total:
            numbers = reached + np.cumsum(random.exponential(size=per_chunk))
            reached = float(numbers[-1])
            yield curve.due_ns(numbers[numbers < curve.total])
