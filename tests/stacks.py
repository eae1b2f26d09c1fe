"""A stack of a test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scenarios.targets.embedded.target import EmbeddedTarget


@contextmanager
def running_stack(state_dir: Path, **options: Any) -> Iterator[EmbeddedTarget]:
    """One that is ready, and ends with the block; for the options see EmbeddedTarget.start."""
    target = EmbeddedTarget.start(state_dir, **options)
    try:
        yield target
    finally:
        target.down()
