"""When things happened, how long ago, and a short wait."""

import random
import time
from collections.abc import Callable


def utc_clock() -> Callable[[], int]:
    """A clock of UTC nanoseconds: the wall clock, read once now, and the monotonic clock since."""
    anchor_ns = time.time_ns() - time.monotonic_ns()
    return lambda: anchor_ns + time.monotonic_ns()


def boot_clock() -> float:
    """Seconds on a clock that goes on while the machine sleeps or the process is stopped."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def short_pause(_attempt: int) -> None:
    """Wait a little, and never in step with somebody else."""
    time.sleep(random.uniform(0, 0.2))  # noqa: S311 - jitter
