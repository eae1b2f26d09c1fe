"""A time after which no slow test begins: what runs them may have no more of it than a slow machine takes.

They begin at another one for each commit, so that it is not always the same ones for which no time is left.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, Protocol, TypeVar

UNTIL: Final = "KEYSTONE_TESTS_UNTIL"
"""The variable that says when, in seconds since the epoch."""


class Test(Protocol):
    """What pytest calls an item."""

    @property
    def nodeid(self) -> str:
        """Its file, and its name."""


def is_over(environ: Mapping[str, str], now_s: float) -> bool:
    """Whether there is such a time, and it has come."""
    return UNTIL in environ and now_s >= float(environ[UNTIL])


T = TypeVar("T", bound=Test)


def rotated(tests: Sequence[T], commit: str) -> list[T]:
    """The same tests, file by file, from another file on. `commit` is its hash."""
    files = [list(found) for _, found in groupby(tests, lambda test: test.nodeid.partition("::")[0])]
    first = int(commit, 16) % len(files) if files else 0
    return [test for file in (*files[first:], *files[:first]) for test in file]
