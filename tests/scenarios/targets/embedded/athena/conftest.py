"""A DuckDB that knows what bound expressions call."""

from collections.abc import Iterator

import duckdb
import pytest

from scenarios.targets.embedded.athena.sql.engine import connect

MEMORY_BYTES = 500_000_000


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One for each module of tests."""
    with connect(MEMORY_BYTES, tmp_path_factory.mktemp("spill")) as connection:
        yield connection
