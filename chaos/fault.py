"""What every fault is: a small frozen value with a start, a while that it lasts, and an undo.

    at_s ────── start ═══ hold, for_s seconds ═══ undo ──────► time

A fault acts on one part of the pipeline through the part's handle and knows nothing else of it. The undo must be safe
to call at any time, by another process than the one that started the fault, any number of times: a run that is killed
in mid-fault leaves the fault to the next command.
"""

from collections.abc import Callable
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]

PART_PATTERN = r"^(kafka|s3|ingest|postgres|pgbouncer|writer-[1-9][0-9]?)$"
Part = Annotated[str, Field(pattern=PART_PATTERN)]
"""A part that may be broken; `aws` is none, for the catalog lies in its memory."""


class PartHandle(Protocol):
    """One part of a target."""

    @property
    def name(self) -> str:
        """As scenarios write it: `kafka`, `writer-1`."""
        ...

    def pid(self) -> int | None:
        """Its process now; None while there is none."""
        ...

    def start(self) -> None:
        """Start it and wait until it is ready; nothing happens if it runs."""
        ...

    def stop(self) -> None:
        """End it as its operator would."""
        ...

    def kill(self) -> None:
        """End it without warning."""
        ...


def living(handle: PartHandle) -> int:
    """The part's process id.

    Raises:
        ProcessLookupError: it has no process, so there is nothing to break.
    """
    pid = handle.pid()
    if pid is None:
        raise ProcessLookupError(f"{handle.name} has no process to break")
    return pid


class Fault(BaseModel):
    """Base of all faults.

    Attributes:
        at_s: when it starts, seconds after the first phase began.
        for_s: how long it is held before it is undone.
        part: on what.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_s: Seconds
    for_s: Seconds = 0.0
    part: Part

    def start(self, handle: PartHandle) -> None:
        """Break the part.

        Raises:
            ProcessLookupError: it has no process.
        """
        raise NotImplementedError

    def hold(self, handle: PartHandle, wait: Callable[[float], bool]) -> None:  # noqa: ARG002 - of use to some
        """Keep it broken until the time is over.

        Args:
            wait: sleeps so many seconds, or until all faults are to end; then it returns True.
        """
        wait(self.for_s)

    def undo(self, handle: PartHandle) -> None:
        """Make the part whole again, whatever state it is in."""
        raise NotImplementedError
