"""Waiting, after the load, until the pipeline has written all that is in Kafka."""

from collections.abc import Callable
from dataclasses import dataclass

POLL_S = 0.25


@dataclass(frozen=True)
class Drained:
    """How the waiting ended; `lag` as it was last seen."""

    whole: bool
    took_s: float
    lag: int | None


def drain(
    lag: Callable[[], int | None],
    now_s: Callable[[], float],
    wait: Callable[[float], None],
    say: Callable[[int | None], None],
    within_s: float,
) -> Drained:
    """Wait until the lag is 0, `within_s` at most.

    Args:
        lag: records not written yet; None when that cannot be told now.
        wait: sleeps.
        say: told the lag at every look; may raise to end the waiting.
    """
    start_s = now_s()
    while True:
        current = lag()
        say(current)
        took_s = now_s() - start_s
        if current == 0 or took_s > within_s:
            return Drained(current == 0, took_s, current)
        wait(POLL_S)
