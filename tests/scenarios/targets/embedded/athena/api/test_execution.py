"""An execution's way from the queue to one of its ends."""

import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.runner import Limits
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import VARCHAR
from scenarios.targets.embedded.athena.statement import Answer
from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import (
    ScriptedEngine,
    ScriptedStatement,
    numbers,
    raises,
    reads,
    says,
    waits,
)
from tests.scenarios.targets.embedded.athena.api.waiting import ended, reached


def test_a_query_that_runs_is_cancelled(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({"SELECT 1": waits})
    athena = make_athena(engine)
    name = athena.start("SELECT 1")
    reached(athena.client, name, "RUNNING")
    athena.client.stop_query_execution(QueryExecutionId=name)
    status = ended(athena.client, name)["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Query cancelled by user")
    assert engine.statements[0].closed


def test_an_engine_that_fails_because_it_is_stopped_has_not_failed(make_athena: MakeAthena) -> None:
    def play(statement: ScriptedStatement) -> Answer:
        assert statement.cancelled.wait(30)
        raise OSError("Interrupted!")

    athena = make_athena(ScriptedEngine({"SELECT 1": play}))
    name = athena.start("SELECT 1")
    reached(athena.client, name, "RUNNING")
    athena.client.stop_query_execution(QueryExecutionId=name)
    assert ended(athena.client, name)["Status"]["State"] == "CANCELLED"


def test_a_query_in_the_queue_is_cancelled_and_never_begins(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({"SELECT 1": waits, "SELECT 2": numbers(1)})
    athena = make_athena(engine, Limits(active=1))
    first, second = athena.start("SELECT 1"), athena.start("SELECT 2")
    reached(athena.client, first, "RUNNING")
    athena.client.stop_query_execution(QueryExecutionId=second)
    assert reached(athena.client, second, "CANCELLED")["Statistics"]["EngineExecutionTimeInMillis"] == 0
    athena.client.stop_query_execution(QueryExecutionId=first)
    ended(athena.client, first)
    assert [statement.request.text for statement in engine.statements] == ["SELECT 1"]


def test_only_so_many_run_at_a_time_and_only_so_many_wait(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": waits}), Limits(active=2, waiting=1))
    names = [athena.start("SELECT 1") for _ in range(3)]
    for name in names[:2]:
        reached(athena.client, name, "RUNNING")
    assert reached(athena.client, names[2], "QUEUED")
    with pytest.raises(ClientError, match="exceeded the limit for the number of queries") as refused:
        athena.start("SELECT 1")
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert len(athena.client.list_query_executions()["QueryExecutionIds"]) == 3


def test_a_query_that_takes_too_long_fails_with_athenas_words(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": waits}), Limits(timeout_s=0.05))
    status = athena.run("SELECT 1")["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("FAILED", "Query timeout")
    assert status["AthenaError"]["ErrorType"] == 210


def test_an_error_of_the_statement_is_the_users(make_athena: MakeAthena) -> None:
    error = SqlError("DIVISION_BY_ZERO", "Division by zero")
    athena = make_athena(ScriptedEngine({"SELECT 1/0": raises(error)}))
    status = athena.run("SELECT 1/0")["Status"]
    assert status["StateChangeReason"] == "DIVISION_BY_ZERO: Division by zero"
    assert status["AthenaError"] == {
        "ErrorCategory": 2,
        "ErrorType": 1001,
        "Retryable": False,
        "ErrorMessage": "DIVISION_BY_ZERO: Division by zero",
    }


def test_a_mistake_of_ours_is_the_systems_and_the_server_goes_on(
    make_athena: MakeAthena, capsys: pytest.CaptureFixture[str]
) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": raises(KeyError("x")), "SELECT 2": numbers(1)}))
    error = athena.run("SELECT 1")["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"]) == (1, 100)
    assert "KeyError" in capsys.readouterr().err
    assert athena.run("SELECT 2")["Status"]["State"] == "SUCCEEDED"


def test_a_query_that_scans_more_than_its_workgroup_allows_is_ended_on_the_way(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": reads(6_000_000, 6_000_000, 6_000_000)}))
    limits = {"BytesScannedCutoffPerQuery": 10_000_000, "ResultConfiguration": {"OutputLocation": OUTPUT}}
    athena.client.create_work_group(Name="small", Configuration=limits)
    execution = athena.run("SELECT 1", WorkGroup="small")
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert execution["Statistics"]["DataScannedInBytes"] == 12_000_000
    assert athena.run("SELECT 1")["Status"]["State"] == "SUCCEEDED"


def test_what_was_written_is_written_even_if_it_is_cancelled_too_late(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"INSERT INTO t VALUES 1": says("DML", "INSERT", [], [], updated=3)}))
    name = athena.run("INSERT INTO t VALUES 1")["QueryExecutionId"]
    athena.client.stop_query_execution(QueryExecutionId=name)
    execution = athena.client.get_query_execution(QueryExecutionId=name)["QueryExecution"]
    assert execution["Status"]["State"] == "SUCCEEDED"
    assert athena.client.get_query_results(QueryExecutionId=name)["UpdateCount"] == 3


def test_the_statistics_say_what_was_scanned_and_how_long_it_took(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": reads(1_234)}))
    execution = athena.run("SELECT 1")
    statistics = execution["Statistics"]
    assert statistics["DataScannedInBytes"] == 1_234
    parts = ("QueryQueueTimeInMillis", "EngineExecutionTimeInMillis", "ServiceProcessingTimeInMillis")
    assert abs(statistics["TotalExecutionTimeInMillis"] - sum(statistics[part] for part in parts)) <= 2
    figures = athena.client.get_query_runtime_statistics(QueryExecutionId=execution["QueryExecutionId"])
    rows = figures["QueryRuntimeStatistics"]["Rows"]
    assert (rows["InputBytes"], rows["OutputRows"]) == (1_234, 1)


@pytest.mark.parametrize(
    ("statement", "kind", "name", "ending"),
    [
        ("SHOW TABLES", "UTILITY", "SHOW_TABLES", ".txt"),
        ("CREATE DATABASE x", "DDL", "CREATE_DATABASE", ".txt"),
        ("-- a\nWITH a AS (SELECT 1) SELECT 1 FROM a", "DML", "SELECT", ".csv"),
        ("CREATE TABLE x AS SELECT 1", "DML", "CREATE_TABLE_AS_SELECT", ""),
        ("INSERT INTO x SELECT 1", "DML", "INSERT", ""),
    ],
)
def test_a_statements_sort_is_known_while_it_runs(
    make_athena: MakeAthena, statement: str, kind: str, name: str, ending: str
) -> None:
    athena = make_athena(ScriptedEngine({statement: waits}))
    execution = reached(athena.client, athena.start(statement), "RUNNING")
    assert (execution["StatementType"], execution["SubstatementType"]) == (kind, name)
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"{OUTPUT}{execution['QueryExecutionId']}{ending}"


def test_lines_of_what_is_no_query_are_text_without_names(make_athena: MakeAthena) -> None:
    lines = says("UTILITY", "SHOW_TABLES", [("tab_name", VARCHAR)], [["orders"], ["a\tb"]])
    athena = make_athena(ScriptedEngine({"SHOW TABLES": lines}))
    assert athena.rows("SHOW TABLES") == [["orders"], ["a\tb"]]
    assert athena.object(athena.ended[0].location) == b"orders\na\tb\n"


def test_the_end_of_the_server_ends_what_runs(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": waits}))
    name = athena.start("SELECT 1")
    reached(athena.client, name, "RUNNING")
    athena.service.close()
    assert ended(athena.client, name)["Status"]["StateChangeReason"].endswith("the server ends")


def test_a_client_that_goes_away_does_not_end_its_query(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": numbers(5)}))
    name = athena.start("SELECT 1")
    athena.client.close()
    assert ended(athena.client, name)["Status"]["State"] == "SUCCEEDED"
