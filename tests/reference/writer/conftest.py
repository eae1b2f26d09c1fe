"""A bench of writers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.reference.writer.bench import Bench


@pytest.fixture
def bench(stack: EmbeddedTarget, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(stack.status().endpoints, tmp_path)
    try:
        yield made
    finally:
        made.end()
