"""Waiting, after the load, until the pipeline has written all that is in Kafka."""

from collections.abc import Callable

POLL_S = 0.25


def drain(
    lag: Callable[[], int | None],
    now_s: Callable[[], float],
    wait: Callable[[float], None],
    say: Callable[[int | None], None],
    patience_s: float,
) -> bool:
    """Wait until the lag is 0.

    Args:
        lag: records not written yet; None when that cannot be told now.
        wait: sleeps.
        say: told the lag at every look; may raise to end the waiting.
        patience_s: how long the lag may go without getting smaller.

    Returns:
        Whether it came to 0; False after `patience_s` without progress.
    """
    least: int | None = None
    progress_s = now_s()
    while True:
        current = lag()
        say(current)
        if current == 0:
            return True
        if current is not None and (least is None or current < least):
            least, progress_s = current, now_s()
        if now_s() - progress_s > patience_s:
            return False
        wait(POLL_S)
