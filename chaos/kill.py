"""A part dies without warning and is started again."""

from typing import Literal

from chaos.fault import Fault, PartHandle, living


class Kill(Fault):
    """SIGKILL: no destructor runs, no buffer is written; open connections are reset. Started again after `for_s`."""

    fault: Literal["kill"] = "kill"

    def start(self, handle: PartHandle) -> None:
        """Kill the process."""
        living(handle)
        handle.kill()

    def undo(self, handle: PartHandle) -> None:
        """Start it again."""
        handle.start()
