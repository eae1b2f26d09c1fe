"""Waiting until nobody writes to the lake any more.

A writer that was frozen or lost its partitions may still have something to write when Kafka's lag is 0 long since. A
sound one is fenced; an audit that came before a broken one is done would not see what it does.
"""

from collections.abc import Callable

POLL_S = 0.25


def await_rest(
    version: Callable[[], object],
    now_s: Callable[[], float],
    wait: Callable[[float], None],
    quiet_s: float,
    within_s: float,
) -> bool:
    """Wait until the version has not changed for `quiet_s`, `within_s` at most.

    Args:
        version: of all tables, something that is another after each commit.

    Returns:
        Whether it came to rest.
    """
    start_s = since_s = now_s()
    last = version()
    while now_s() - since_s < quiet_s:
        if now_s() - start_s > within_s:
            return False
        wait(POLL_S)
        current = version()
        if current != last:
            last, since_s = current, now_s()
    return True
