"""A part gets no more memory, as in a container that is too small."""

import resource
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from chaos.fault import Fault, PartHandle, living


class MemoryLimit(Fault):
    """The process may take `headroom_mib` more of private memory than it has; then its allocations fail, and what it
    makes of that is its own affair: most die. Needs no rights beyond the process's own, and no control group.

    Attributes:
        headroom_mib: what is left to it, MiB of private writable memory (RLIMIT_DATA).
    """

    fault: Literal["memory-limit"] = "memory-limit"
    headroom_mib: Annotated[int, Field(ge=0, le=65_536)] = 0

    def start(self, handle: PartHandle) -> None:
        """Set the limit."""
        pid = living(handle)
        _limit(pid, private_bytes(pid) + self.headroom_mib * 2**20)

    def undo(self, handle: PartHandle) -> None:
        """Lift the limit, or start the part again if it died of it."""
        pid = handle.pid()
        try:
            if pid is not None:
                _limit(pid, None)
                return
        except ProcessLookupError:
            pass  # it died of the limit since it was asked for
        handle.start()


def private_bytes(pid: int) -> int:
    """What RLIMIT_DATA counts of a process: its data segment, heap and private writable mappings."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmData":
            return int(value.split()[0]) * 1024
    raise ProcessLookupError(f"process {pid} has ended")


def _limit(pid: int, soft: int | None) -> None:
    """Set the soft limit, or lift it up to the hard one, which stays."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
    resource.prlimit(pid, resource.RLIMIT_DATA, (hard if soft is None else soft, hard))
