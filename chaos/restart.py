"""A part is restarted as its operator would: stopped in order, then started."""

from typing import Literal

from chaos.fault import Fault, PartHandle, living


class Restart(Fault):
    """SIGTERM: the part finishes what it has begun and takes leave. It is down for `for_s` and its own start."""

    fault: Literal["restart"] = "restart"

    def start(self, handle: PartHandle) -> None:
        """Stop the process and wait for its end."""
        living(handle)
        handle.stop()

    def undo(self, handle: PartHandle) -> None:
        """Start it again."""
        handle.start()
