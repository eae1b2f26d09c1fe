"""Stopping the parts of a stack: those that write before those that are written to, and the others side by side."""

import time
from collections.abc import Collection, Iterator
from typing import Final

from scenarios.targets.embedded.part import LOOK_S, Part

_LEVELS: Final = (("airflow-scheduler", "writer-"), ("airflow-", "ingest"), ("athena", "pgbouncer"))
"""How the names of parts begin; all others, on which these rest, come last."""


def stop_in_order(parts: Collection[Part]) -> None:
    """Stop them all."""
    for level in _levels(parts):
        endings = [part.stopping() for part in level]
        while endings := [ending for ending in endings if not _is_over(ending)]:
            time.sleep(LOOK_S)


def _levels(parts: Collection[Part]) -> Iterator[list[Part]]:
    left = list(parts)
    for prefixes in (*_LEVELS, ("",)):
        yield [part for part in left if part.name.startswith(prefixes)]
        left = [part for part in left if not part.name.startswith(prefixes)]


def _is_over(ending: Iterator[None]) -> bool:
    return next(ending, True) is True
