"""Wall-clock time that never jumps: one reading of the wall, then the monotonic clock."""

import time


class Clock:
    """Nanoseconds since 1970 UTC, anchored to the wall clock once, when the object is made.

    Differences between two readings are exact on one host, whatever happens to the wall clock in between.
    """

    def __init__(self, anchor_ns: int | None = None) -> None:
        self.anchor_ns = time.time_ns() - time.monotonic_ns() if anchor_ns is None else anchor_ns
        """What is added to the monotonic clock; with it another process or language can go on from here."""

    def now_ns(self) -> int:
        """The time now; never less than an earlier reading."""
        return self.anchor_ns + time.monotonic_ns()
