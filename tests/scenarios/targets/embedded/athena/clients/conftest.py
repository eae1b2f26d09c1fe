"""What clients need to know: an Athena over a lake with a table of orders, and where its parts are."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pyathena import connect
from pyathena.connection import Connection

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.engine import Engine
from tests.scenarios.targets.embedded.athena.lakes import DATABASE
from tests.scenarios.targets.embedded.athena.serving import OUTPUT, Athena, MakeAthena

ORDERS = (
    "CREATE TABLE orders (id bigint, state string, price decimal(10,2), at timestamp, day date) "
    "PARTITIONED BY (day) LOCATION 's3://some-data/orders/' TBLPROPERTIES ('table_type'='ICEBERG')"
)
ROWS = (
    "INSERT INTO orders VALUES (1, 'SP', 10.50, timestamp '2018-05-24 10:00:00', date '2018-05-24'), "
    "(2, 'RJ', 20, NULL, date '2018-05-24'), (3, NULL, 7.25, timestamp '2018-05-25 00:00:00', date '2018-05-25')"
)
PRICES = [(1, "SP", Decimal("10.50")), (2, "RJ", Decimal("20.00")), (3, None, Decimal("7.25"))]
"""Of the three orders: id, state, price."""


@pytest.fixture
def athena(lake_engine: Engine, make_athena: MakeAthena) -> Athena:
    """With three orders of two days."""
    athena = make_athena(lake_engine)
    for statement in (ORDERS, ROWS):
        execution = athena.run(statement, QueryExecutionContext={"Database": DATABASE})
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    return athena


@pytest.fixture
def at(athena: Athena, aws: LakeSettings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The arguments of boto3's clients of Athena; S3 and Glue are found by the environment."""
    assert aws.endpoint is not None
    for service in ("S3", "GLUE", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", aws.endpoint)
    found = aws.client_arguments("athena") | {"endpoint_url": athena.client.meta.endpoint_url}
    del found["service_name"]
    return found


@pytest.fixture
def connection(at: dict[str, Any]) -> Iterator[Connection[Any]]:
    """pyathena's."""
    with connect(**at, schema_name=DATABASE, s3_staging_dir=OUTPUT, poll_interval=0.02) as connection:
        yield connection
