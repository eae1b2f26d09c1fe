"""Runs a command that forks, so that nothing of it is left once it ended: in a session of its own, under watch.

    python -m scenarios.targets.embedded.process_group COMMAND...

The kernel ends a part with its supervisor (see parent_death.py), but not what the part has forked. So a watcher is
forked before the command takes this process's place. It is a child of the command and in its process group, whose
number nobody else can get as long as it lives. The kernel tells it when the command ends, in whatever way, and it kills
the group, itself included. What leaves the group for a session of its own is out of reach.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from scenarios.targets.embedded.parent_death import hear_of_parents_death


def in_own_group(command: Sequence[str]) -> list[str]:
    """The command, to be run so; its first word is a path."""
    return [sys.executable, "-P", "-m", __name__, *command]


def main() -> NoReturn:
    """Become the command, watched."""
    os.setsid()
    command = os.getpid()
    # From the start the watcher is deaf to what is sent to the whole group; the command is not.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    if os.fork() == 0:
        _watch(command)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - this is what it is for


def _watch(command: int) -> None:
    hear_of_parents_death(signal.SIGTERM)
    while os.getppid() == command:
        signal.sigwait(signal.valid_signals())
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
