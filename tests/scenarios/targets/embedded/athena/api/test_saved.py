"""Named queries, and prepared statements by API and by SQL."""

import pytest
from botocore.exceptions import ClientError

from tests.scenarios.targets.embedded.athena.api.conftest import Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import ScriptedEngine, numbers

QUERY = {"Name": "n", "Database": "d", "QueryString": "SELECT 1"}
STATEMENT = "SELECT n FROM t WHERE a = ? AND b = ?"


def test_a_named_query_is_kept_changed_and_deleted(athena: Athena) -> None:
    name = athena.client.create_named_query(**QUERY, ClientRequestToken="t" * 32)["NamedQueryId"]
    assert athena.client.create_named_query(**QUERY, ClientRequestToken="t" * 32)["NamedQueryId"] == name
    athena.client.update_named_query(NamedQueryId=name, Name="m", QueryString="SELECT 2")
    found = athena.client.get_named_query(NamedQueryId=name)["NamedQuery"]
    assert found == {**QUERY, "Name": "m", "QueryString": "SELECT 2", "NamedQueryId": name, "WorkGroup": "primary"}
    assert athena.client.list_named_queries()["NamedQueryIds"] == [name]
    batch = athena.client.batch_get_named_query(NamedQueryIds=[name, "none"])
    assert batch["NamedQueries"] == [found]
    assert [one["NamedQueryId"] for one in batch["UnprocessedNamedQueryIds"]] == ["none"]
    athena.client.delete_named_query(NamedQueryId=name)
    with pytest.raises(ClientError, match=f"NamedQuery {name} was not found"):
        athena.client.get_named_query(NamedQueryId=name)


def test_a_token_is_of_one_request_and_goes_with_its_query(athena: Athena) -> None:
    name = athena.client.create_named_query(**QUERY, ClientRequestToken="t" * 32)["NamedQueryId"]
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        athena.client.create_named_query(**{**QUERY, "QueryString": "SELECT 2"}, ClientRequestToken="t" * 32)
    athena.client.delete_named_query(NamedQueryId=name)
    again = athena.client.create_named_query(**QUERY, ClientRequestToken="t" * 32)["NamedQueryId"]
    assert again != name
    assert athena.client.get_named_query(NamedQueryId=again)["NamedQuery"]["QueryString"] == "SELECT 1"


def test_a_prepared_statement_is_kept_changed_and_deleted(athena: Athena) -> None:
    named = {"StatementName": "p_1", "WorkGroup": "primary"}
    athena.client.create_prepared_statement(**named, QueryStatement="SELECT 1", Description="d")
    with pytest.raises(ClientError, match="already exists"):
        athena.client.create_prepared_statement(**named, QueryStatement="SELECT 1")
    athena.client.update_prepared_statement(**named, QueryStatement="SELECT 2")
    found = athena.client.get_prepared_statement(**named)["PreparedStatement"]
    assert (found["QueryStatement"], found["Description"]) == ("SELECT 2", "d")
    listed = athena.client.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert [one["StatementName"] for one in listed] == ["p_1"]
    names = ["p_1", "none"]
    batch = athena.client.batch_get_prepared_statement(PreparedStatementNames=names, WorkGroup="primary")
    assert batch["PreparedStatements"] == [found]
    assert [one["StatementName"] for one in batch["UnprocessedPreparedStatementNames"]] == ["none"]
    athena.client.delete_prepared_statement(**named)
    with pytest.raises(ClientError, match="PreparedStatement p_1 was not found") as refused:
        athena.client.get_prepared_statement(**named)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_statement_is_prepared_executed_and_deallocated_by_sql(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({STATEMENT: numbers(2)})
    athena = make_athena(engine)
    athena.run(f"PREPARE find FROM {STATEMENT};")
    rows = athena.rows("EXECUTE find USING 'a, b', date_add('day', 1, date '2020-01-01')")
    assert len(rows) == 3
    [statement] = engine.statements
    assert statement.request.parameters == ("'a, b'", "date_add('day', 1, date '2020-01-01')")
    athena.run("DEALLOCATE PREPARE find")
    status = athena.run("EXECUTE find")["Status"]
    assert "PreparedStatement find was not found in workGroup primary" in status["StateChangeReason"]


def test_parameters_of_an_execution_are_handed_on(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({STATEMENT: numbers(1)})
    athena = make_athena(engine)
    execution = athena.run(STATEMENT, ExecutionParameters=["'a'", "1"])
    assert execution["ExecutionParameters"] == ["'a'", "1"]
    assert engine.statements[0].request.parameters == ("'a'", "1")


@pytest.mark.parametrize("statement", ["PREPARE a", "EXECUTE", "EXECUTE a WITH 1", "DEALLOCATE a"])
def test_what_is_written_otherwise_is_a_syntax_error(athena: Athena, statement: str) -> None:
    assert athena.run(statement)["Status"]["StateChangeReason"].startswith("SYNTAX_ERROR: ")
