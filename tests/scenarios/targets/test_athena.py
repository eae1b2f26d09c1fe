"""Athena as a target's client sees it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.athena import BATCH, Athena, Execution, StatementFailed
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.errors import TargetError, WrongUse
from tests.scenarios.targets.embedded.athena.api.waiting import ended
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage
from tests.scenarios.targets.embedded.athena.serving import OUTPUT, athenas
from tests.scenarios.targets.embedded.athena.serving import Athena as Serving
from tests.scenarios.targets.test_health import ENDPOINTS

MEMORY_BYTES = 200_000_000


@pytest.fixture
def serving(aws: LakeSettings, tmp_path: Path) -> Iterator[Serving]:
    """An Athena without tables."""
    engine = Engine(HeldStorage(), MEMORY_BYTES, tmp_path, lambda: NOW)
    with athenas(aws) as make:
        yield make(engine)
    engine.close()


@pytest.fixture
def athena(serving: Serving) -> Athena:
    return Athena(replace(ENDPOINTS, aws=serving.client.meta.endpoint_url))


@pytest.fixture
def run(serving: Serving, athena: Athena) -> Any:
    """Runs a statement to its end."""

    def run(statement: str) -> Execution:
        return Execution(ended(serving.client, athena.start(statement, None, None, OUTPUT)))

    return run


def test_rows_come_page_by_page_and_the_names_are_none_of_them(athena: Athena, run: Any) -> None:
    pages = list(athena.pages(run("SELECT n FROM UNNEST(sequence(1, 2500)) t(n) ORDER BY n")))
    assert [len(page.rows) for page in pages] == [999, 1000, 501]
    assert [row for page in pages for row in page.rows] == [[str(number)] for number in range(1, 2501)]
    assert {tuple(page.columns) for page in pages} == {(("n", "bigint"),)}


def test_lines_have_no_names_among_them(athena: Athena, run: Any) -> None:
    [page] = athena.pages(run("EXPLAIN SELECT 1"))
    assert page.rows[0] != [page.columns[0][0]]


def test_the_history_has_all_batches_the_newest_first_and_no_more_than_asked_for(athena: Athena, run: Any) -> None:
    names = [run(f"SELECT {number}").id for number in range(BATCH + 5)]
    assert [one.id for one in athena.history(None, BATCH + 3)] == names[::-1][: BATCH + 3]
    assert [one.statement for one in athena.history("primary", 1)] == [f"SELECT {BATCH + 4}"]


def test_an_execution_says_what_it_is_billed_by(run: Any) -> None:
    failed, worked = run("SELECT 1 / 0"), run("SELECT 1")
    assert (failed.state, failed.reason) == ("FAILED", "DIVISION_BY_ZERO: Division by zero")
    assert (failed.metered.kind, failed.metered.state) == ("DML", "FAILED")
    assert (worked.metered.statement, worked.metered.reused) == ("SELECT", False)


def test_what_is_no_statement_is_told_from_what_is_not_there(athena: Athena) -> None:
    with pytest.raises(StatementFailed, match="mismatched input 'SELEC'"):
        athena.start("SELEC 1", None, None, OUTPUT)
    with pytest.raises(WrongUse, match="Athena refuses: WorkGroup nosuch is not found"):
        athena.start("SELECT 1", None, "nosuch", OUTPUT)


def test_an_athena_that_is_away_is_said_so() -> None:
    [port] = free_ports(1)
    with pytest.raises(TargetError, match="Athena does not answer: Could not connect"):
        Athena(replace(ENDPOINTS, aws=f"http://127.0.0.1:{port}")).execution("0" * 36)
