"""Athena as a part of a stack: at the one address of AWS, metered, and back after it was killed."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.targets.embedded.athena.api.waiting import ended

pytestmark = pytest.mark.integration


@pytest.fixture
def athena(stack: EmbeddedTarget) -> Iterator[Any]:
    """A client, as a user of the stack makes it."""
    endpoints = stack.status().endpoints
    client: Any = boto3.client(
        "athena",
        endpoint_url=endpoints.aws,
        region_name=endpoints.s3.region,
        aws_access_key_id=endpoints.s3.access_key,
        aws_secret_access_key=endpoints.s3.secret_key,
    )
    yield client
    client.close()


def answered(athena: Any, statement: str) -> list[str]:
    """The first row under the names. A stack has a place for results that are to go nowhere in particular."""
    name = athena.start_query_execution(QueryString=statement)["QueryExecutionId"]
    assert ended(athena, name)["Status"]["State"] == "SUCCEEDED"
    rows = athena.get_query_results(QueryExecutionId=name)["ResultSet"]["Rows"]
    return [cell["VarCharValue"] for cell in rows[1]["Data"]]


def test_a_query_is_answered_and_in_the_readings(stack: EmbeddedTarget, athena: Any) -> None:
    before = len(stack.readings().queries)
    assert answered(athena, "SELECT 1 AS a, 'x' AS b") == ["1", "x"]
    [query] = stack.readings().queries[before:]
    assert (query.part, query.statement, query.state) == ("client", "SELECT", "SUCCEEDED")
    asked = {(one.part, one.service, one.kind) for one in stack.readings().requests or ()}
    assert {("client", "athena", "StartQueryExecution"), ("athena", "s3", "put")} <= asked


def test_it_comes_back_after_it_was_killed_and_its_readings_stay(stack: EmbeddedTarget, athena: Any) -> None:
    answered(athena, "SELECT 1")
    before = len(stack.readings().queries)
    stack.kill_part("athena")
    stack.start_part("athena")
    assert answered(athena, "SELECT 2") == ["2"]
    assert len(stack.readings().queries) == before + 1
    assert len(athena.list_query_executions()["QueryExecutionIds"]) == 1
