"""SQLAlchemy by pyathena's dialect: tables are reflected, queries written, frames read."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest
from sqlalchemy import Engine, MetaData, Table, create_engine, func, inspect, select, text, types

from tests.scenarios.targets.embedded.athena.lakes import DATABASE
from tests.scenarios.targets.embedded.athena.serving import OUTPUT

pytestmark = pytest.mark.integration


@pytest.fixture
def sqlalchemy(at: dict[str, Any]) -> Iterator[Engine]:
    """As pyathena's documentation makes one."""
    keys = f"{at['aws_access_key_id']}:{at['aws_secret_access_key']}"
    rest = urlencode({"s3_staging_dir": OUTPUT, "endpoint_url": at["endpoint_url"], "poll_interval": 0.02})
    engine = create_engine(f"awsathena+rest://{keys}@athena.{at['region_name']}.amazonaws.com:443/{DATABASE}?{rest}")
    yield engine
    engine.dispose()


def test_an_inspector_finds_databases_tables_columns_and_views(sqlalchemy: Engine) -> None:
    with sqlalchemy.connect() as connection:
        connection.execute(text("CREATE VIEW paulistas AS SELECT id FROM orders WHERE state = 'SP'"))
    found = inspect(sqlalchemy)
    assert found.get_schema_names() == [DATABASE]
    assert (found.get_table_names(), found.get_view_names()) == (["orders"], ["paulistas"])
    assert (found.has_table("orders"), found.has_table("nosuch")) == (True, False)
    columns = {column["name"]: column["type"] for column in found.get_columns("orders")}
    assert list(columns) == ["id", "state", "price", "at", "day"]
    kinds = (types.BIGINT, types.String, types.DECIMAL, types.TIMESTAMP, types.DATE)
    assert all(isinstance(kind, wanted) for kind, wanted in zip(columns.values(), kinds, strict=True))


def test_a_reflected_table_is_queried(sqlalchemy: Engine) -> None:
    orders = Table("orders", MetaData(), autoload_with=sqlalchemy)
    with sqlalchemy.connect() as connection:
        assert connection.execute(select(func.count()).select_from(orders)).scalar() == 3
        dear = select(orders.c.id, orders.c.price).where(orders.c.price > Decimal("8.00")).order_by(orders.c.id)
        assert connection.execute(dear).all() == [(1, Decimal("10.50")), (2, Decimal("20.00"))]


def test_a_querys_parameters_become_part_of_its_text(sqlalchemy: Engine) -> None:
    query = text("SELECT id FROM orders WHERE state = :state OR state = :other")
    with sqlalchemy.connect() as connection:
        assert connection.execute(query, {"state": "SP", "other": "it's"}).scalars().all() == [1]


def test_pandas_reads_by_it(sqlalchemy: Engine) -> None:
    frame = pd.read_sql("SELECT day, sum(price) AS revenue FROM orders GROUP BY day ORDER BY day", sqlalchemy)
    assert list(frame["revenue"]) == [Decimal("30.50"), Decimal("7.25")]
