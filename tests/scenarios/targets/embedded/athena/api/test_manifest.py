"""The list of the files that a statement has written, which lies beside its result."""

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from tests.scenarios.targets.embedded.athena.api.conftest import Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.lakes import DATABASE


@pytest.fixture
def athena(lake_engine: Engine, make_athena: MakeAthena) -> Athena:
    """One over a lake."""
    return make_athena(lake_engine)


def listed(athena: Athena, statement: str) -> list[str]:
    """The URLs that a statement's manifest has."""
    execution = athena.run(statement, QueryExecutionContext={"Database": DATABASE})
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    output: str = execution["ResultConfiguration"]["OutputLocation"]
    assert execution["Statistics"]["DataManifestLocation"] == f"{output}-manifest.csv"
    return athena.object(f"{output}-manifest.csv").decode().splitlines()


@pytest.mark.parametrize("options", ["", "WITH (table_type = 'ICEBERG', is_external = false)"])
def test_a_table_is_made_and_added_to_of_the_files_that_are_listed(athena: Athena, options: str) -> None:
    files = listed(athena, f"CREATE TABLE t {options} AS SELECT 1 AS a")
    files += listed(athena, "INSERT INTO t VALUES 2, 3")
    assert len(set(files)) == 2
    found = athena.rows('SELECT DISTINCT "$path" FROM t', QueryExecutionContext={"Database": DATABASE})
    assert sorted(files) == sorted(row[0] or "" for row in found[1:])


def test_where_nothing_was_written_nothing_is_listed(athena: Athena) -> None:
    assert len(listed(athena, "CREATE TABLE t AS SELECT 1 AS a")) == 1
    assert listed(athena, "INSERT INTO t SELECT 1 WHERE false") == []
