"""A part stops in its tracks and goes on later, as in a long garbage collection or a paused virtual machine."""

import os
import signal
from typing import Literal

from chaos.fault import Fault, PartHandle, living


class Freeze(Fault):
    """SIGSTOP, then SIGCONT: the process keeps its memory, its connections and its beliefs, and does not know that time
    has passed. Its peers see silence, not a closed connection."""

    fault: Literal["freeze"] = "freeze"

    def start(self, handle: PartHandle) -> None:
        """Stop the process where it stands."""
        os.kill(living(handle), signal.SIGSTOP)

    def undo(self, handle: PartHandle) -> None:
        """Let it go on."""
        signal_part(handle, signal.SIGCONT)


def signal_part(handle: PartHandle, signum: signal.Signals) -> None:
    """Send a signal to the part's process, if there is one."""
    pid = handle.pid()
    if pid is None:
        return
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        # It ended since it was asked for: nothing left to break or to mend.
        return
