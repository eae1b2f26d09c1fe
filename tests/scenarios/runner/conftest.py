"""A part that is whole or broken, and says so."""

import pytest

NO_PROCESS = 2**31 - 1
"""Beyond the kernel's largest process id."""


class Handle:
    """Notes what is done to it; implements chaos.fault.PartHandle without a process."""

    def __init__(self, name: str = "writer-1") -> None:
        self.name = name
        self.done: list[str] = []
        self.refuses: set[str] = set()

    def pid(self) -> int | None:
        return NO_PROCESS

    def start(self) -> None:
        self._do("start")

    def stop(self) -> None:
        self._do("stop")

    def kill(self) -> None:
        self._do("kill")

    def _do(self, what: str) -> None:
        if what in self.refuses:
            raise OSError(f"{what} refused")
        self.done.append(what)


@pytest.fixture
def handle() -> Handle:
    return Handle()
