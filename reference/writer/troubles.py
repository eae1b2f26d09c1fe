"""What does not answer is said once, and once that it does again, however often it comes and goes in between."""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

CALM_S = 10.0
"""So long without a failure since the next try was due, and it is over."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 10.0


class Troubles:
    """Counts failures that pass. `now_s` is a clock that does not jump."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._began_s = self._last_s = self._next_try_s = 0.0
        self._count = 0
        self._in_a_row = 0

    def met(self, trouble: BaseException) -> float:
        """Take note of a failure; returns how long to wait before the next try, in seconds."""
        self._last_s = self._now_s()
        if self._count == 0:
            self._began_s = self._last_s
            log.warning(
                "Kafka or the lake does not answer, trying again until it does: %s: %s", type(trouble).__name__, trouble
            )
        wait_s = min(FIRST_WAIT_S * 2.0 ** min(self._in_a_row, 10), LONGEST_WAIT_S)
        self._next_try_s = self._last_s + wait_s
        self._count += 1
        self._in_a_row += 1
        return wait_s

    def passed(self) -> None:
        """Take note that work got through."""
        self._in_a_row = 0

    def tell_if_over(self) -> None:
        """Say so once it has been calm for long enough."""
        if self._count and self._now_s() - self._next_try_s >= CALM_S:
            took_s = self._last_s - self._began_s
            log.info("Kafka and the lake answer again, after %d failures in %.0f s", self._count, took_s)
            self._count = 0
