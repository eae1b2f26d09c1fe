"""What is refused before it begins, and what is not."""

import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.failures import USER
from tests.scenarios.targets.embedded.athena.api.conftest import Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import ScriptedEngine, raises


@pytest.mark.parametrize("statement", ["SELEC 1", "SELECT 1 FROM", "SELECT (1", "-- nothing", ";", "42"])
def test_what_is_no_statement_is_refused(athena: Athena, statement: str) -> None:
    with pytest.raises(ClientError) as refused:
        athena.start(statement)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert dict(refused.value.response)["AthenaErrorCode"] == "MALFORMED_QUERY"
    assert athena.client.list_query_executions()["QueryExecutionIds"] == []


@pytest.mark.parametrize("statement", ["SELECT a", "select 1 + 'x'", "(SELECT 1)", "DROP TABLE x", "EXPLAIN SELECT 1"])
def test_what_is_wrong_or_not_supported_begins_and_fails(athena: Athena, statement: str) -> None:
    assert athena.run(statement)["Status"]["State"] in ("FAILED", "SUCCEEDED")


@pytest.mark.parametrize(
    "statement",
    [f"SELECT {'(' * 5000}1{')' * 5000}", f"SELECT {'NOT ' * 20_000}true", f"SELECT {'1+' * 20_000}1"],
    ids=["parentheses", "not", "plus"],
)
def test_what_is_nested_too_deeply_begins_and_fails_as_its_users_fault(athena: Athena, statement: str) -> None:
    status = athena.run(statement)["Status"]
    assert status["State"] == "FAILED"
    assert "nested too deeply" in status["StateChangeReason"]
    assert status["AthenaError"]["ErrorCategory"] == USER


def test_whatever_part_of_the_engine_it_is_that_a_statement_is_too_deep_for(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": raises(RecursionError("maximum recursion depth exceeded"))}))
    status = athena.run("SELECT 1")["Status"]
    assert status["StateChangeReason"] == "NOT_SUPPORTED: the statement is nested too deeply"


def test_another_catalog_is_not_there(athena: Athena) -> None:
    with pytest.raises(ClientError, match="Data catalog other was not found"):
        athena.start("SELECT 1", QueryExecutionContext={"Catalog": "other"})
