"""A part to break: a real process that counts, and its handle."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

_COUNT = "import time\nprint('up', flush=True)\nwhile True:\n    time.sleep(0.001)"
_GROW = """
import sys, time
print("up", flush=True)
sys.stdin.readline()
held = []
while True:
    held.append(bytearray(2**20))
    time.sleep(0.001)
"""


class Process:
    """A process that can be started again; implements chaos.fault.PartHandle."""

    name = "writer-1"

    def __init__(self, program: str) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def popen(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process

    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        if self.pid() is None:
            self._close()
            self._process = subprocess.Popen(
                [sys.executable, "-c", self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert self._process.stdout is not None
            assert self._process.stdout.readline() == b"up\n"
            self.starts += 1

    def stop(self) -> None:
        self.popen.terminate()
        self.popen.wait(10)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(10)

    def _close(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def end(self) -> None:
        if self.pid() is not None:
            self.kill()
        self._close()

    def state(self) -> str:
        """As psutil has it: running, sleeping, stopped."""
        pid = self.pid()
        return "gone" if pid is None else psutil.Process(pid).status()

    def await_state(self, wanted: Callable[[str], bool]) -> None:
        deadline = time.monotonic() + 10
        while not wanted(self.state()):
            assert time.monotonic() < deadline, self.state()
            time.sleep(0.005)


@pytest.fixture
def part() -> Iterator[Process]:
    """A process that idles."""
    process = Process(_COUNT)
    process.start()
    yield process
    process.end()


@pytest.fixture
def growing_part() -> Iterator[Process]:
    """A process that takes a MiB a millisecond once it is told to."""
    process = Process(_GROW)
    process.start()
    yield process
    process.end()
