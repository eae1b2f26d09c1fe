"""The latencies of a send in files, written while it goes on and mapped when it is over: memory stays bounded."""

import tempfile
from collections.abc import Mapping
from mmap import PROT_READ, mmap
from pathlib import Path
from typing import BinaryIO, Final, Self

import numpy as np

from loadgen.send_log import Latencies

SERIES: Final = ("ack", "ack_raw", "lateness")
"""What is measured, as loadgen.send_log.SendLog explains it."""


class CellFiles:
    """A file without a name for each series. To be used in a `with`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin them in `folder`, or where temporary files lie."""
        self._files = {name: tempfile.TemporaryFile(dir=folder) for name in SERIES}  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def write(self, cells: Mapping[str, Latencies]) -> None:
        """Add what came since the last time, by series. What shares a count with what is there stands beside it."""
        for name, some in cells.items():
            self._files[name].write(np.stack([some.seconds, some.us, some.counts], axis=1).tobytes())

    def latencies(self) -> dict[str, Latencies]:
        """All of each series, mapped: what is not looked at takes no memory. Outlives the files."""
        return {name: _mapped(file) for name, file in self._files.items()}


def _mapped(file: BinaryIO) -> Latencies:
    file.flush()
    # Nothing cannot be mapped.
    content = mmap(file.fileno(), 0, prot=PROT_READ) if file.tell() else b""
    return Latencies(*np.frombuffer(content, np.int64).reshape(-1, 3).T)
