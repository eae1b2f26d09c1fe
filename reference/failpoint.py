"""Named places where a test stops or kills the process. Without KEYSTONE_FAILPOINT nothing ever happens at one.

KEYSTONE_FAILPOINT=before-append-silver=stop keystone-writer ...
"""

import logging
import os
import signal
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches

from reference.errors import WrongFailpoint

log = logging.getLogger(__name__)

FAILPOINT_VARIABLE = "KEYSTONE_FAILPOINT"

_SIGNALS = {"stop": signal.SIGSTOP, "kill": signal.SIGKILL}


def around(steps: Collection[str]) -> list[str]:
    """The failpoints before and after each step."""
    return [f"{side}-{step}" for step in steps for side in ("before", "after")]


def failpoint_from_environment(
    names: Collection[str], environment: Mapping[str, str] = os.environ
) -> Callable[[str], None]:
    """A function to call at each named place; it sends this process the signal asked for, the first time.

    Args:
        names: all that there are.

    Raises:
        WrongFailpoint: the variable is not `NAME=stop` or `NAME=kill`, or there is no such name.
    """
    setting = environment.get(FAILPOINT_VARIABLE)
    if not setting:
        return lambda _name: None
    wanted, _, action = setting.partition("=")
    if action not in _SIGNALS:
        raise WrongFailpoint(f"KEYSTONE_FAILPOINT={setting!r}: allowed are NAME=stop and NAME=kill")
    if wanted not in names:
        near = get_close_matches(wanted, names, 1)
        like = f" like {near[0]!r}" if near else ""
        allowed = f"names{like} are {', '.join(names)}" if names else "here are none at all"
        raise WrongFailpoint(f"KEYSTONE_FAILPOINT={setting!r}: there is none of that name; {allowed}")
    armed = {wanted}

    def reach(name: str) -> None:
        if name in armed:
            armed.remove(name)
            log.warning("failpoint %s: %s", name, action)
            os.kill(os.getpid(), _SIGNALS[action])

    return reach
