"""What there is, is shown."""

import pytest

from scenarios.targets.embedded.athena.lake.views import create_view
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import View
from tests.scenarios.targets.embedded.athena.lakes import TestLake

ORDERS = "create external table orders (id int, price double) partitioned by (day string) location 's3://some-data/o/'"


@pytest.fixture(autouse=True)
def tables(lake: TestLake) -> None:
    lake.do(ORDERS)
    lake.do("create external table old_orders (id int) location 's3://some-data/o/' tblproperties ('a'='b', 'c'='d')")
    create_view(lake.lake.glue, "db", "recent", View("SELECT 1 a", "db", [("a", types.INTEGER)]))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("show tables", ["old_orders", "orders", "recent"]),
        ("SHOW TABLES IN db", ["old_orders", "orders", "recent"]),
        ("show tables in `db` '*orders'", ["old_orders", "orders"]),
        ("show tables 'o.*s|r.*'", ["old_orders", "orders", "recent"]),
        ("show tables 'rec'", []),
        ("show views", ["recent"]),
        ("show views in db like 'x*'", []),
    ],
)
def test_tables_and_views_are_shown_by_their_names(lake: TestLake, text: str, names: list[str]) -> None:
    assert [name for (name,) in lake.do(text)] == names


def test_tables_of_no_database_are_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="Database does not exist: nowhere"):
        lake.do("show tables in nowhere")


@pytest.mark.parametrize(
    "text", ["show columns in orders", "show columns from orders from db", "SHOW COLUMNS IN db.orders"]
)
def test_columns_are_shown_with_those_of_partitions(lake: TestLake, text: str) -> None:
    assert [name.strip() for (name,) in lake.do(text)] == ["id", "price", "day"]


def test_properties_are_shown(lake: TestLake) -> None:
    assert lake.do("show tblproperties old_orders") == [("EXTERNAL", "TRUE"), ("a", "b"), ("c", "d")]
    assert lake.do("show tblproperties old_orders('c')") == [("d",)]
    assert lake.do("show tblproperties old_orders('x')") == [("Table db.old_orders does not have property: x",)]
