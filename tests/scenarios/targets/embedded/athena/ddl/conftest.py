"""A lake of one empty database."""

from collections.abc import Iterator

import pytest

from reference.lake.settings import LakeSettings
from tests.scenarios.targets.embedded.athena.lakes import TestLake, a_lake


@pytest.fixture
def lake(aws: LakeSettings) -> Iterator[TestLake]:
    with a_lake(aws) as made:
        yield made
