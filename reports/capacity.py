"""The highest rate that holds: which to try next, whether the load kept its pace, and whether the lag grew. Numbers in,
numbers out."""

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

LEAST_MOMENTS = 4
LEAST_WINDOWS = 2
"""A line through fewer says nothing."""


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
        return max(failed / 2, LEAST_PER_S) if failed > LEAST_PER_S else None
    return None if failed <= held * (1 + resolution) else math.sqrt(held * failed)


@dataclass(frozen=True)
class Pace:
    """How the load went, between a beginning that is left out and the end of the plan.

    Attributes:
        seconds: how long that was.
        offered_per_s: events that the sender took up.
        sent_per_s: those that went out.
        acked_per_s: those that were acknowledged, of whichever were under way. Acks that take long, and always as long,
            are as many as what was offered.
    """

    seconds: float
    offered_per_s: float
    sent_per_s: float
    acked_per_s: float

    def why_not_kept(self, planned_per_s: float, share: float, at_random: bool) -> list[str]:
        """What fell behind: less than `share` (0.995) of it was done.

        Args:
            at_random: the plan's arrivals are, so that of n events 3 √n more or less may have come.
        """
        instant = EVENTS_OF_AN_INSTANT / self.seconds
        chance = 3 * math.sqrt(planned_per_s / self.seconds) if at_random else 0.0
        due, done = share * planned_per_s - chance - instant, share * self.offered_per_s - instant
        found = {"offered": (self.offered_per_s, due), "sent": (self.sent_per_s, done)}
        found["acknowledged"] = self.acked_per_s, done
        return [
            f"{_written(per_s)} events/s were {what} of {_written(planned_per_s)} planned"
            for what, (per_s, enough) in found.items()
            if per_s < enough
        ]


def _written(per_s: float) -> str:
    return f"{per_s:,.0f}" if per_s >= 100 else f"{per_s:.3g}"


def pace(at_s: Values, offered: Values, sent: Values, acked: Values, skip_s: float) -> Pace | None:
    """The pace of a load by counts since its start, as they were at some moments; None where there are too few.

    A line through all moments, not the difference of two: one of them may have been a bad one.

    Args:
        at_s: the moments, seconds, rising.
        skip_s: so much of the beginning is left out.
    """
    if len(at_s) == 0:
        return None
    during = (at_s >= at_s[0] + skip_s) & (offered < offered[-1])
    if during.sum() < LEAST_MOMENTS:
        return None
    moments = at_s[during] - at_s[0]
    slopes = [float(np.polyfit(moments, values[during], 1)[0]) for values in (offered, sent, acked)]
    return Pace(float(np.ptp(moments)), *slopes)


def lag_growth(at_s: Values, lag: Values, window_s: float) -> float | None:
    """By how many records the lag grew over the whole time, by a line through the maxima of its windows.

    A writer commits a window at a time, so that the lag is a saw's teeth: their tips say whether it grows. Left out are
    the first window, in which the lag comes up from nothing, and one at the end that was not seen whole. None where
    fewer than two are left.

    Args:
        at_s: when it was looked at, seconds, rising.
        lag: what it was.
        window_s: how long a writer gathers.
    """
    if len(at_s) < LEAST_MOMENTS:
        return None
    window = ((at_s - at_s[0]) // window_s).astype(int)
    windows = np.unique(window)[1:]
    windows = windows[(windows + 1) * window_s <= at_s[-1] - at_s[0] + float(np.median(np.diff(at_s)))]
    if len(windows) < LEAST_WINDOWS:
        return None
    tips = np.array([lag[window == number].max() for number in windows])
    slope, _ = np.polyfit(windows * window_s, tips, 1)
    return float(slope * (at_s[-1] - at_s[0]))
