"""A bronze table to work on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.lake.settings import LakeSettings
from tests.reference.lake.bronze import Bronze


@pytest.fixture
def bronze(aws: LakeSettings, catalog: GlueCatalog) -> Iterator[Bronze]:
    with ThreadPoolExecutor(2) as executor:
        yield Bronze(aws, catalog, executor)
