"""A lake of empty tables."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.lake.catalog import create_lake, open_catalog
from reference.lake.settings import LakeSettings
from tests.reference.day_lake import DayLake
from tests.reference.day_lake import day_lake as make_day_lake


@pytest.fixture
def catalog(aws: LakeSettings) -> GlueCatalog:
    """The catalog, with the lake's tables in it."""
    made = open_catalog(aws)
    create_lake(made, aws)
    return made


@pytest.fixture
def day_lake(aws: LakeSettings, catalog: GlueCatalog, tmp_path: Path) -> Iterator[DayLake]:
    """A lake with an Athena, for days on their way to gold."""
    with make_day_lake(aws, catalog, tmp_path, time.sleep) as made:
        yield made
