"""The highest rate that holds: which to try next, and whether the lag grew. Numbers in, numbers out."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[Any]

LEAST_PER_S = 1.0
"""No lower rate is tried."""


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
