"""An engine over no tables."""

from collections.abc import Iterator

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage

MEMORY_BYTES = 500_000_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One for each module of tests."""
    engine = Engine(HeldStorage(), MEMORY_BYTES, tmp_path_factory.mktemp("spill"), lambda: NOW)
    yield engine
    engine.close()
