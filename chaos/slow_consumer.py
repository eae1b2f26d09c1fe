"""A part that gets on, but only just: a slow disk, a starved machine, a noisy neighbour."""

import os
import signal
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from chaos.fault import Fault, PartHandle, living
from chaos.freeze import signal_part

PERIOD_S = 0.5
"""Short beside every heartbeat and session timeout: the part is slow, never away."""


class SlowConsumer(Fault):
    """The process runs for one part in `times` of each half second and is frozen for the rest: the queue before it
    grows while it keeps its place in its group.

    Attributes:
        times: how many times slower it becomes.
    """

    fault: Literal["slow-consumer"] = "slow-consumer"
    times: Annotated[float, Field(ge=1, le=500, allow_inf_nan=False)] = 20.0

    def start(self, handle: PartHandle) -> None:
        """Freeze it for the first time."""
        os.kill(living(handle), signal.SIGSTOP)

    def hold(self, handle: PartHandle, wait: Callable[[float], bool]) -> None:
        """Wake it and freeze it, over and over."""
        awake_s = PERIOD_S / self.times
        for _ in range(round(self.for_s / PERIOD_S)):
            if wait(PERIOD_S - awake_s):
                return
            signal_part(handle, signal.SIGCONT)
            wait(awake_s)
            signal_part(handle, signal.SIGSTOP)

    def undo(self, handle: PartHandle) -> None:
        """Let it run freely."""
        signal_part(handle, signal.SIGCONT)
