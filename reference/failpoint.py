"""Named places where a test stops or kills the process. Without KEYSTONE_FAILPOINT nothing ever happens at one.

KEYSTONE_FAILPOINT=committing-silver=stop keystone-writer ...
"""

import os
import signal
from collections.abc import Callable, Mapping

_SIGNALS = {"stop": signal.SIGSTOP, "kill": signal.SIGKILL}


def failpoint_from_environment(environment: Mapping[str, str] = os.environ) -> Callable[[str], None]:
    """A function to call at each named place; it sends this process the signal asked for, the first time.

    Raises:
        ValueError: the variable is not `NAME=stop` or `NAME=kill`.
    """
    setting = environment.get("KEYSTONE_FAILPOINT")
    if not setting:
        return lambda _name: None
    wanted, _, action = setting.partition("=")
    if action not in _SIGNALS:
        raise ValueError(f"KEYSTONE_FAILPOINT={setting!r}: allowed are NAME=stop and NAME=kill")
    armed = {wanted}

    def reach(name: str) -> None:
        if name in armed:
            armed.remove(name)
            os.kill(os.getpid(), _SIGNALS[action])

    return reach
