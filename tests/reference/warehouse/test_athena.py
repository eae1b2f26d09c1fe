"""The client of Athena: waits, gives up, tries again where that helps, and reads."""

from typing import Any

import pytest

from reference.errors import StatementFailed
from reference.warehouse.athena import COMMIT_TRIES, Athena
from tests.reference.day_lake import DayLake
from tests.scenarios.targets.embedded.athena.api.waiting import ended


def test_rows_come_as_texts_without_the_names_of_their_columns(day_lake: DayLake) -> None:
    assert day_lake.athena.rows("SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (n, s) ORDER BY 1") == [
        ["1", "a"],
        ["2", None],
    ]


def test_rows_of_many_pages_are_all_there(day_lake: DayLake) -> None:
    found = day_lake.athena.rows("SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n")
    assert [row[0] for row in found] == [str(n) for n in range(1, 2_501)]


def test_a_statement_that_fails_says_why_and_which_it_was(day_lake: DayLake) -> None:
    with pytest.raises(StatementFailed, match=r"FAILED: .*nowhere.*; query [0-9a-f-]{36}"):
        day_lake.athena.run("SELECT * FROM silver.nowhere")


def test_a_statement_that_takes_too_long_is_stopped(day_lake: DayLake) -> None:
    client = day_lake.athena._client  # noqa: SLF001 - what became of it
    hasty = Athena(client, output=day_lake.athena._output, within_s=0.01)  # noqa: SLF001
    number = "UNNEST(sequence(1, 10000))"
    long = f"SELECT count(*) FROM {number} AS a (x), {number} AS b (y), {number} AS c (z)"
    with pytest.raises(StatementFailed, match=r"longer than 0\.01 s") as given_up:
        hasty.run(long)
    name = str(given_up.value).rpartition(" ")[2]
    assert ended(client, name)["Status"]["State"] == "CANCELLED"


class Refusing:
    """An Athena that refuses the first commits: every statement ends at once."""

    def __init__(self, refusals: int, reason: str) -> None:
        self.started = 0
        self._refusals = refusals
        self._reason = reason

    def start_query_execution(self, **_: Any) -> dict[str, str]:
        self.started += 1
        return {"QueryExecutionId": str(self.started)}

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        if int(QueryExecutionId) <= self._refusals:
            return {"QueryExecution": {"Status": {"State": "FAILED", "StateChangeReason": self._reason}}}
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def stop_query_execution(self, **_: Any) -> None:
        """It is over."""


def test_a_change_is_tried_again_while_somebody_elses_commit_is_first() -> None:
    client = Refusing(COMMIT_TRIES - 1, "ICEBERG_COMMIT_ERROR: Failed to commit")
    Athena(client, wait=lambda _: None).change("MERGE ...")
    assert client.started == COMMIT_TRIES


@pytest.mark.parametrize(
    ("refusals", "reason", "tries"),
    [(COMMIT_TRIES, "ICEBERG_COMMIT_ERROR: no", COMMIT_TRIES), (1, "TYPE_MISMATCH: no", 1)],
)
def test_it_is_not_tried_for_ever_nor_for_other_reasons(refusals: int, reason: str, tries: int) -> None:
    client = Refusing(refusals, reason)
    with pytest.raises(StatementFailed, match="no; query"):
        Athena(client, wait=lambda _: None).change("MERGE ...")
    assert client.started == tries
