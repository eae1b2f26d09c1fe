"""The highest rate that holds: which to try next, and whether the lag grew. Numbers in, numbers out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[Any]

LEAST_PER_S = 1.0
"""No lower rate is tried."""

EVENTS_OF_AN_INSTANT = 2
"""By so many may a count at a moment be off, whatever the rate."""


def next_rate(tried: Mapping[float, bool], first: float, most: float, resolution: float) -> float | None:
    """The rate to try next; None once the highest that holds is known to within `resolution`.

    Doubles until a rate does not hold, or halves until one does; then takes the geometric middle.

    Args:
        tried: rate → whether it held.
        first: to begin with.
        most: no higher rate is tried.
        resolution: 0.1: the lowest rate that does not hold is at most 10% above the highest that does.
    """
    if not tried:
        return first
    held = max((rate for rate, holds in tried.items() if holds), default=None)
    failed = min((rate for rate, holds in tried.items() if not holds), default=None)
    if failed is None:
        return None if held is None or held >= most else min(2 * held, most)
    if held is None:
        return failed / 2 if failed > LEAST_PER_S else None
    return None if failed <= held * (1 + resolution) else math.sqrt(held * failed)


@dataclass(frozen=True)
class Pace:
    """How the load went, between a beginning that is left out and the end of the plan.

    Attributes:
        per_s: events that were offered a second.
        offered: how many they were.
        sent: how many went out meanwhile.
        acked: how many were acknowledged meanwhile, of whichever were under way. Acks that take long, and always as
            long, are as many as what was offered.
    """

    per_s: float
    offered: int
    sent: int
    acked: int

    def why_not_kept(self, planned_per_s: float, share: float, at_random: bool) -> list[str]:
        """What fell behind: less than `share` (0.995) of it was done.

        Args:
            at_random: the plan's arrivals are, so that of n events 3 √n more or less may have come.
        """
        seconds = self.offered / self.per_s if self.per_s else 0.0
        least = share * planned_per_s * seconds - (3 * math.sqrt(planned_per_s * seconds) if at_random else 0)
        done = share * self.offered - EVENTS_OF_AN_INSTANT
        found = {"offered": (self.offered, least), "sent": (self.sent, done), "acknowledged": (self.acked, done)}
        return [
            f"{count / seconds if seconds else 0:,.0f} events/s were {what} of {planned_per_s:,.0f} planned"
            for what, (count, enough) in found.items()
            if count < enough or not seconds
        ]


def pace(at_s: Values, offered: Values, sent: Values, acked: Values, skip_s: float) -> Pace:
    """The pace of a load by counts since its start, as they were at some moments.

    Args:
        at_s: the moments, seconds, rising.
        skip_s: so much of the beginning is left out.
    """
    during = (at_s >= at_s[0] + skip_s) & (offered < offered[-1]) if len(at_s) else np.array([], dtype=bool)
    if during.sum() < 2:
        return Pace(0.0, 0, 0, 0)
    seconds = float(np.ptp(at_s[during]))
    counts = [int(values[during][-1] - values[during][0]) for values in (offered, sent, acked)]
    return Pace(counts[0] / seconds, *counts)


def lag_growth(at_s: Values, lag: Values, window_s: float) -> float:
    """By how many records the lag grew over the whole time, by a line through the maxima of its windows.

    A writer commits a window at a time, so that the lag is a saw's teeth: their tips say whether it grows. The first
    window, in which the lag comes up from nothing, is left out.

    Args:
        at_s: when it was looked at, seconds, rising.
        lag: what it was.
        window_s: how long a writer gathers.
    """
    if len(at_s) == 0:
        return 0.0
    window = ((at_s - at_s[0]) // window_s).astype(int)
    windows = np.unique(window)[1:]
    if len(windows) < 2:
        return 0.0
    tips = np.array([lag[window == number].max() for number in windows])
    slope, _ = np.polyfit(windows * window_s, tips, 1)
    return float(slope * (at_s[-1] - at_s[0]))
