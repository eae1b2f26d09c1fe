"""What there is in the catalog, is in information_schema."""

from typing import Any

import pytest
from pyiceberg.expressions import AlwaysTrue, BooleanExpression

from scenarios.targets.embedded.athena.lake.views import create_view
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import View
from tests.scenarios.targets.embedded.athena.conditions import EqualTo
from tests.scenarios.targets.embedded.athena.lakes import TestLake


@pytest.fixture(autouse=True)
def tables(lake: TestLake) -> None:
    lake.do("create external table h (a int comment 'one') partitioned by (p string) location 's3://some-data/h/'")
    lake.do("create table i (b timestamp) location 's3://some-data/i/' tblproperties ('table_type'='ICEBERG')")
    create_view(lake.lake.glue, "db", "v", View("SELECT 1 c", "db", [("c", types.INTEGER)]))


def rows(lake: TestLake, table: str, where: BooleanExpression = AlwaysTrue()) -> list[tuple[Any, ...]]:  # noqa: B008
    found = lake.tables().find("information_schema", table)
    return lake.rows(table, [name for name, _ in found.columns], where, database="information_schema")


def test_tables_and_views_are_listed(lake: TestLake) -> None:
    assert rows(lake, "tables") == [
        ("awsdatacatalog", "db", "h", "BASE TABLE"),
        ("awsdatacatalog", "db", "i", "BASE TABLE"),
        ("awsdatacatalog", "db", "v", "VIEW"),
    ]
    assert rows(lake, "tables", EqualTo("table_name", "i")) == [("awsdatacatalog", "db", "i", "BASE TABLE")]
    assert rows(lake, "tables", EqualTo("table_schema", "nowhere")) == []
    assert rows(lake, "views") == [("awsdatacatalog", "db", "v", "SELECT 1 c")]


def test_columns_are_listed_with_their_types(lake: TestLake) -> None:
    assert [row[2:] for row in rows(lake, "columns", EqualTo("table_schema", "db"))] == [
        ("h", "a", 1, None, "YES", "integer", "one", None),
        ("h", "p", 2, None, "YES", "varchar", None, "partition key"),
        ("i", "b", 1, None, "YES", "timestamp(6)", None, None),
        ("v", "c", 1, None, "YES", "integer", None, None),
    ]


def test_databases_are_listed(lake: TestLake) -> None:
    assert [name for _, name in rows(lake, "schemata")] == ["db", "information_schema"]
    assert rows(lake, "schemata", EqualTo("schema_name", "nowhere")) == []


def test_there_is_no_more(lake: TestLake) -> None:
    with pytest.raises(SqlError, match=r"Table 'awsdatacatalog.information_schema.roles' does not exist"):
        rows(lake, "roles")
