"""The times of a recorded load: a text file with a number a line, in seconds since any moment."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loadgen.errors import SourceError

LEAST = 2


@cache
def read_trace(path: Path) -> NDArray[np.float64]:
    """The times, in rising order as they must be; read once.

    Raises:
        SourceError: the file cannot be read, or a line is no number, or is less than the one before.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from error
    times = np.array([_time(path, number, line) for number, line in enumerate(lines, 1)], np.float64)
    if len(times) < LEAST:
        raise SourceError(f"{path} has {len(times)} times, allowed are {LEAST} or more, one a line")
    falling = np.flatnonzero(np.diff(times) < 0)
    if falling.size:
        line = int(falling[0]) + 2
        raise SourceError(
            f"{path} line {line} is {lines[line - 1]!r}, allowed is {lines[line - 2]}, the one before, or more"
        )
    if times[-1] == times[0]:
        raise SourceError(f"{path} has {len(times)} times that are all {lines[0]}: there is no distance to keep")
    return times


def _time(path: Path, number: int, line: str) -> float:
    try:
        found = float(line)
    except ValueError:
        found = np.nan
    if not np.isfinite(found):
        raise SourceError(f"{path} line {number} is {line!r}, allowed is a number of seconds")
    return found
