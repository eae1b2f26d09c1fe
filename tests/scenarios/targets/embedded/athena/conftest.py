"""An engine over no tables; a lake of one empty database, and an engine over it; Athena's API before an engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.lake.catalog import Lake, open_tables
from scenarios.targets.embedded.athena.storage import LakeStorage
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage
from tests.scenarios.targets.embedded.athena.lakes import TestLake, begin
from tests.scenarios.targets.embedded.athena.serving import MakeAthena, athenas

MEMORY_BYTES = 500_000_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One for each module of tests."""
    engine = Engine(HeldStorage(), MEMORY_BYTES, tmp_path_factory.mktemp("spill"), lambda: NOW)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def open_lake(aws_server: str) -> Iterator[Lake]:
    """Of the server that each test resets: its clients take longer to make than a test does."""
    with open_tables(LakeSettings(endpoint=aws_server, access_key="AKTEST", secret_key="made-up")) as made:
        yield made


@pytest.fixture
def lake(aws: LakeSettings, open_lake: Lake) -> TestLake:  # noqa: ARG001 - it is reset
    return begin(open_lake)


@pytest.fixture
def lake_engine(lake: TestLake, tmp_path: Path) -> Iterator[Engine]:
    """An engine over the lake."""
    engine = Engine(LakeStorage(lake.lake), MEMORY_BYTES, tmp_path, lambda: NOW)
    yield engine
    engine.close()


@pytest.fixture
def make_athena(aws: LakeSettings) -> Iterator[MakeAthena]:
    """Starts an Athena with an engine and limits."""
    with athenas(aws) as make:
        yield make
