"""A lake of empty tables."""

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.lake.catalog import create_lake, open_catalog
from reference.lake.settings import LakeSettings


@pytest.fixture
def catalog(aws: LakeSettings) -> GlueCatalog:
    """The catalog, with the lake's tables in it."""
    made = open_catalog(aws)
    create_lake(made, aws)
    return made
