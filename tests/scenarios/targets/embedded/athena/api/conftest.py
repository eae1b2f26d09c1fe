"""An Athena in this process over the AWS emulation's S3 and Glue, whose engine has no tables or is a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.targets.embedded.athena.engine import Engine as SqlEngine
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage
from tests.scenarios.targets.embedded.athena.serving import OUTPUT, Athena, MakeAthena

__all__ = ["OUTPUT", "Athena", "MakeAthena"]

MEMORY_BYTES = 200_000_000


@pytest.fixture
def sql_engine(tmp_path: Path) -> Iterator[SqlEngine]:
    """The real one, without tables."""

    engine = SqlEngine(HeldStorage(), MEMORY_BYTES, tmp_path, lambda: NOW)
    yield engine
    engine.close()


@pytest.fixture
def athena(sql_engine: SqlEngine, make_athena: MakeAthena) -> Athena:
    """One over the real engine, which has to outlive it."""
    return make_athena(sql_engine)
