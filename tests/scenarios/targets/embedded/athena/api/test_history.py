"""Executions that are remembered: lists, tokens, and results that are taken again."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import ScriptedEngine, numbers, reads, waits
from tests.scenarios.targets.embedded.athena.api.waiting import ended, reached

TOKEN = "t" * 32


def reuse(minutes: int) -> dict[str, Any]:
    by_age = {"Enabled": True, "MaxAgeInMinutes": minutes}
    return {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": by_age}}


def test_the_same_token_and_request_are_the_same_execution(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({"SELECT 1": numbers(1)})
    athena = make_athena(engine)
    names = {athena.start("SELECT 1", ClientRequestToken=TOKEN) for _ in range(3)}
    [name] = names
    ended(athena.client, name)
    assert len(engine.statements) == 1


def test_the_same_token_with_another_request_is_refused(athena: Athena) -> None:
    athena.start("SELECT 1", ClientRequestToken=TOKEN)
    with pytest.raises(ClientError, match="Idempotent parameters do not match") as refused:
        athena.start("SELECT 2", ClientRequestToken=TOKEN)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_executions_are_listed_by_workgroup_the_newest_first(athena: Athena) -> None:
    configuration = {"ResultConfiguration": {"OutputLocation": OUTPUT}}
    athena.client.create_work_group(Name="other", Configuration=configuration)
    names = [athena.start("SELECT 1", WorkGroup=group) for group in ("primary", "other", "primary")]
    pages = athena.client.get_paginator("list_query_executions").paginate(PaginationConfig={"PageSize": 1})
    assert [name for page in pages for name in page["QueryExecutionIds"]] == [names[2], names[0]]
    assert athena.client.list_query_executions(WorkGroup="other")["QueryExecutionIds"] == [names[1]]


def test_some_are_asked_for_at_once_and_the_unknown_are_named(athena: Athena) -> None:
    name = athena.start("SELECT 1")
    answer = athena.client.batch_get_query_execution(QueryExecutionIds=[name, "none"])
    assert [one["QueryExecutionId"] for one in answer["QueryExecutions"]] == [name]
    [missing] = answer["UnprocessedQueryExecutionIds"]
    assert (missing["QueryExecutionId"], missing["ErrorMessage"]) == ("none", "QueryExecution none was not found")


def test_the_oldest_are_forgotten_but_none_that_runs(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT 1": numbers(1), "SELECT 2": waits}), most_kept=2)
    running = athena.start("SELECT 2")
    reached(athena.client, running, "RUNNING")
    names = [athena.run("SELECT 1")["QueryExecutionId"] for _ in range(3)]
    assert athena.client.list_query_executions()["QueryExecutionIds"] == [names[2], running]
    with pytest.raises(ClientError, match=f"QueryExecution {names[0]} was not found"):
        athena.client.get_query_execution(QueryExecutionId=names[0])


def test_a_result_that_is_young_enough_is_taken_again(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({"SELECT 1": reads(1_000)})
    athena = make_athena(engine)
    first, second = (athena.run("SELECT 1", **reuse(60)) for _ in range(2))
    assert [one["Statistics"]["DataScannedInBytes"] for one in (first, second)] == [1_000, 0]
    reused = [one["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] for one in (first, second)]
    assert (reused, len(engine.statements)) == ([False, True], 1)
    locations = {one["ResultConfiguration"]["OutputLocation"] for one in (first, second)}
    assert len(locations) == 1
    page = athena.client.get_query_results(QueryExecutionId=second["QueryExecutionId"])
    assert len(page["ResultSet"]["Rows"]) == 2


@pytest.mark.parametrize(
    "other",
    [
        {},
        reuse(0),
        {**reuse(60), "QueryExecutionContext": {"Database": "x"}},
        {**reuse(60), "ExecutionParameters": ["1"]},
    ],
    ids=["unasked", "old", "database", "parameters"],
)
def test_without_leave_too_old_or_of_another_question_it_is_not(make_athena: MakeAthena, other: dict[str, Any]) -> None:
    engine = ScriptedEngine({"SELECT 1": numbers(1)})
    athena = make_athena(engine)
    athena.run("SELECT 1", **reuse(60))
    athena.run("SELECT 1", **other)
    assert len(engine.statements) == 2


def test_a_prepared_statement_that_is_another_one_now_has_no_result_yet(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({"SELECT 1": numbers(1), "SELECT 2": numbers(1)})
    athena = make_athena(engine)
    for statement, ran in (("SELECT 1", 1), ("SELECT 1", 1), ("SELECT 2", 2)):
        athena.run("DEALLOCATE PREPARE one")
        athena.run(f"PREPARE one FROM {statement}")
        athena.run("EXECUTE one", **reuse(60))
        assert len(engine.statements) == ran


@pytest.mark.parametrize(("minutes", "is_reused"), [(1, False), (2, True)])
def test_a_result_is_taken_again_for_as_many_minutes_as_are_said(
    make_athena: MakeAthena, minutes: int, is_reused: bool
) -> None:
    engine = ScriptedEngine({"SELECT 1": numbers(1)})
    athena = make_athena(engine)
    athena.run("SELECT 1")
    [earlier] = athena.ended
    assert earlier.completed_at is not None
    earlier.completed_at -= 61
    athena.run("SELECT 1", **reuse(minutes))
    assert len(engine.statements) == (1 if is_reused else 2)


def test_a_result_that_is_gone_is_made_anew(make_athena: MakeAthena) -> None:
    engine = ScriptedEngine({"SELECT 1": numbers(1)})
    athena = make_athena(engine)
    name = athena.run("SELECT 1", **reuse(60))["QueryExecutionId"]
    athena.s3.delete_object(Bucket="results", Key=f"here/{name}.csv")
    athena.run("SELECT 1", **reuse(60))
    assert len(engine.statements) == 2


def test_a_result_that_did_not_come_about_takes_the_place_of_none(make_athena: MakeAthena) -> None:
    def refuse(request: Any, **_: Any) -> None:
        if request.url.endswith(".metadata"):
            raise EndpointConnectionError(endpoint_url=request.url)

    engine = ScriptedEngine({"SELECT 1": numbers(1)})
    athena = make_athena(engine)
    first = athena.run("SELECT 1", **reuse(60))
    athena.s3.meta.events.register("before-send.s3.PutObject", refuse)
    assert athena.run("SELECT 1")["Status"]["State"] == "FAILED"
    athena.s3.meta.events.unregister("before-send.s3.PutObject", refuse)
    again = athena.run("SELECT 1", **reuse(60))
    assert again["ResultConfiguration"] == first["ResultConfiguration"]
    assert len(engine.statements) == 2
