"""A bench of writers, and a lake alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.lake.registry import SchemaRegistry
from reference.lake.settings import LakeSettings
from reference.protocol.decisions import COMMIT_ORDER
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import Endpoints
from tests.reference.writer.bench import MERGED_SOON, Bench
from tests.reference.writer.small_lake import SmallLake


@pytest.fixture
def endpoints(stack: EmbeddedTarget, aws: LakeSettings, catalog: GlueCatalog) -> Endpoints:
    """The shared stack's Kafka and Postgres, and a lake with empty tables: what tests before have written takes time
    to read. Their manifests are merged at each append."""
    SchemaRegistry(aws).register_order()
    for table in COMMIT_ORDER:
        with catalog.load_table(f"{table}.orders").transaction() as transaction:
            transaction.set_properties(MERGED_SOON)
    shared = stack.status().endpoints
    return replace(shared, aws=aws.endpoint, s3=replace(shared.s3, endpoint=aws.endpoint))


@pytest.fixture
def bench(endpoints: Endpoints, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(endpoints, tmp_path)
    try:
        yield made
    finally:
        made.end()
    assert made.deaths() == {}, "\n".join(made.log(number).read_text() for number in made.deaths())


@pytest.fixture
def lake(aws: LakeSettings, catalog: GlueCatalog) -> Iterator[SmallLake]:
    """No process, no Kafka."""
    with ThreadPoolExecutor(4) as executor:
        yield SmallLake(aws, catalog, executor)
