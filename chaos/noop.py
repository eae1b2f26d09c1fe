"""A fault that does nothing: the control of all others."""

from typing import Literal

from chaos.fault import Fault, PartHandle


class Noop(Fault):
    """The victim sees nothing. What a verdict finds with this one, it would find without any fault."""

    fault: Literal["noop"] = "noop"

    def start(self, handle: PartHandle) -> None:
        """Nothing."""

    def undo(self, handle: PartHandle) -> None:
        """Nothing."""
