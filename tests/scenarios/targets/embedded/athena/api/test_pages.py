"""Pages of results, which are read from the file."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api import pages
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.api.conftest import Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import ScriptedEngine, numbers, raises, waits
from tests.scenarios.targets.embedded.athena.api.waiting import reached

ROWS = 2_500


def counted(athena: Athena, most: int) -> list[list[str | None]]:
    name = athena.run("SELECT n")["QueryExecutionId"]
    found: list[list[str | None]] = []
    asked: dict[str, Any] = {"QueryExecutionId": name, "MaxResults": most}
    while True:
        page = athena.client.get_query_results(**asked)
        rows = page["ResultSet"]["Rows"]
        assert len(rows) <= most
        found += [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]
        if "NextToken" not in page:
            return found
        assert len(rows) == most
        asked["NextToken"] = page["NextToken"]


@pytest.mark.parametrize("most", [1000, 999, 7])
@pytest.mark.parametrize("read_bytes", [11, pages.READ_BYTES])
def test_pages_together_are_all_rows_wherever_the_file_is_cut(
    make_athena: MakeAthena, monkeypatch: pytest.MonkeyPatch, most: int, read_bytes: int
) -> None:
    monkeypatch.setattr(pages, "READ_BYTES", read_bytes)
    athena = make_athena(ScriptedEngine({"SELECT n": numbers(ROWS if most > 7 else 50)}))
    rows = counted(athena, most)
    assert rows[0] == ["n", "text"]
    assert rows[1:] == [[str(n), f'"{n}"\n'] for n in range(len(rows) - 1)]
    assert len(rows) - 1 == (ROWS if most > 7 else 50)


def test_a_query_without_rows_has_its_names(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT n": numbers(0)}))
    assert athena.rows("SELECT n") == [["n", "text"]]


def test_columns_have_athenas_types(athena: Athena) -> None:
    name = athena.run("SELECT 1 AS a, 1.50 AS b, 'xy' AS c, 1e0 AS d")["QueryExecutionId"]
    result = athena.client.get_query_results(QueryExecutionId=name)["ResultSet"]["ResultSetMetadata"]
    found = [(one["Name"], one["Type"], one["Precision"], one["Scale"]) for one in result["ColumnInfo"]]
    assert found == [("a", "integer", 10, 0), ("b", "decimal", 3, 2), ("c", "varchar", 2, 0), ("d", "double", 17, 0)]
    assert [one["CaseSensitive"] for one in result["ColumnInfo"]] == [False, False, True, False]


def test_a_query_that_runs_or_failed_has_no_result(make_athena: MakeAthena) -> None:
    failing = raises(SqlError("NOT_SUPPORTED", "x"))
    athena = make_athena(ScriptedEngine({"SELECT 1": waits, "SELECT 2": failing}))
    running = athena.start("SELECT 1")
    reached(athena.client, running, "RUNNING")
    with pytest.raises(ClientError, match=r"Query has not yet finished\. Current state: RUNNING"):
        athena.client.get_query_results(QueryExecutionId=running)
    failed = athena.run("SELECT 2")["QueryExecutionId"]
    with pytest.raises(ClientError, match=r"Query did not finish successfully\. Final query state: FAILED"):
        athena.client.get_query_results(QueryExecutionId=failed)


@pytest.mark.parametrize("token", ["nonsense", "bm9uZTo1"])
def test_a_token_of_nothing_is_refused(athena: Athena, token: str) -> None:
    name = athena.run("SELECT 1")["QueryExecutionId"]
    with pytest.raises(ClientError, match="Invalid pagination token"):
        athena.client.get_query_results(QueryExecutionId=name, NextToken=token)


def refuse_forged(token: str, ask: Callable[[str], object]) -> None:
    """Its place moved, it is refused; as it was given out, it is not."""
    place, _, seal = token.partition(".")
    for forged in (f"{int(place) + 1}.{seal}", f"0{token}", f"-5.{seal}", "-5", "0", "3", place, f"{token}\ud800"):
        with pytest.raises(ClientError, match="Invalid pagination token"):
            ask(forged)
    assert ask(token)


def test_a_token_that_was_not_given_out_is_refused(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT n": numbers(10)}))
    one, other = (athena.run("SELECT n")["QueryExecutionId"] for _ in range(2))
    ask = athena.client.get_query_results
    token = ask(QueryExecutionId=one, MaxResults=5)["NextToken"]
    refuse_forged(token, lambda forged: ask(QueryExecutionId=one, NextToken=forged))
    with pytest.raises(ClientError, match="Invalid pagination token"):
        ask(QueryExecutionId=other, NextToken=token)


@pytest.mark.parametrize("place", ["-5", "3", "99999"])
def test_a_token_that_only_says_a_place_is_refused(athena: Athena, place: str) -> None:
    name = athena.run("SELECT 1")["QueryExecutionId"]
    token = base64.urlsafe_b64encode(f"{name}:{place}".encode()).decode()
    with pytest.raises(ClientError, match="Invalid pagination token"):
        athena.client.get_query_results(QueryExecutionId=name, NextToken=token)


def test_of_lists_a_token_that_was_not_given_out_is_refused(athena: Athena) -> None:
    for name in ("a", "b"):
        athena.client.create_work_group(Name=name)
    ask = athena.client.list_work_groups
    first = ask(MaxResults=2)
    refuse_forged(first["NextToken"], lambda forged: ask(NextToken=forged))
    rest = ask(MaxResults=2, NextToken=first["NextToken"])
    assert [one["Name"] for page in (first, rest) for one in page["WorkGroups"]] == ["a", "b", "primary"]
    assert "NextToken" not in rest
    with pytest.raises(ClientError, match="Invalid pagination token"):
        athena.client.list_query_executions(NextToken=first["NextToken"])


def test_a_result_that_somebody_deleted_is_not_found(athena: Athena) -> None:
    name = athena.run("SELECT 1")["QueryExecutionId"]
    athena.s3.delete_object(Bucket="results", Key=f"here/{name}.csv")
    with pytest.raises(ClientError, match="Could not find results"):
        athena.client.get_query_results(QueryExecutionId=name)
