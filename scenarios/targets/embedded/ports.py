"""Loopback ports: free ones to listen on, and waiting until somebody listens."""

import random
import socket
import time
from collections.abc import Callable

from scenarios.targets.errors import TargetError

# Below the range from which Linux takes the ports of outgoing connections, so that a port stays free between
# being chosen and being listened on, and between a part's stop and its next start.
FIRST, LAST = 12000, 32000


def free_ports(count: int) -> list[int]:
    """`count` different loopback ports on which nobody listens now."""
    chosen: list[int] = []
    for port in random.sample(range(FIRST, LAST), k=LAST - FIRST):
        if is_free(port):
            chosen.append(port)
        if len(chosen) == count:
            return chosen
    raise TargetError(f"found {len(chosen)} free loopback ports from {FIRST} to {LAST}, {count} are needed")


def is_free(port: int) -> bool:
    """Whether a listener could be put on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_listening(port: int) -> bool:
    """Whether a connection to this loopback port is accepted."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_listening(port: int, deadline: float, alive: Callable[[], bool] = lambda: True) -> None:
    """Wait until somebody listens on `port`.

    Args:
        deadline: on the monotonic clock, seconds.
        alive: false when it is no use waiting longer.

    Raises:
        TargetError: it did not come to that.
    """
    while not is_listening(port):
        if not alive() or time.monotonic() > deadline:
            raise TargetError(f"nobody listens on 127.0.0.1:{port}")
        time.sleep(0.05)
