"""A lake of one empty database."""

from collections.abc import Iterator

import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.lake.catalog import Lake, open_tables
from tests.scenarios.targets.embedded.athena.lakes import TestLake, begin


@pytest.fixture(scope="module")
def open_lake(aws_server: str) -> Iterator[Lake]:
    """Of the server that each test resets: its clients take longer to make than a test does."""
    with open_tables(LakeSettings(endpoint=aws_server, access_key="AKTEST", secret_key="made-up")) as made:
        yield made


@pytest.fixture
def lake(aws: LakeSettings, open_lake: Lake) -> TestLake:  # noqa: ARG001 - it is reset
    return begin(open_lake)
