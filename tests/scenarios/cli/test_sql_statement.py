"""One statement, watched until it is over, by an Athena that a test makes up."""

import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from scenarios.cli import sql_statement
from scenarios.cli.sql_statement import run_statement
from scenarios.targets.athena import Execution, Page, StatementFailed


def execution(state: str, seconds: float, reason: str = "") -> Execution:
    status = {"State": state, "SubmissionDateTime": datetime(2026, 11, 30, tzinfo=UTC), "StateChangeReason": reason}
    statistics = {"TotalExecutionTimeInMillis": seconds * 1000, "DataScannedInBytes": 12_000_000}
    given = {"QueryExecutionId": "id", "Query": "SELECT 1", "StatementType": "DML", "SubstatementType": "SELECT"}
    return Execution({**given, "Status": status, "Statistics": statistics})


class MadeUp:
    """Is at its next state at each look; an interrupt may be one."""

    def __init__(self, *states: Execution | type[BaseException]) -> None:
        self._states = iter(states)
        self.stopped: list[str] = []

    def execution(self, _name: str) -> Execution:
        state = next(self._states)
        if isinstance(state, Execution):
            return state
        raise state

    def stop(self, name: str) -> None:
        self.stopped.append(name)

    def pages(self, _execution: Execution) -> Iterator[Page]:
        yield Page([("one", "integer")], [["1"]], 1)


def run(athena: Any) -> None:
    run_statement(athena, lambda: "id", "table", 10)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for here."""
    monkeypatch.setattr(sql_statement, "SHORTEST_PAUSE_S", 0)


def test_its_rows_are_followed_by_its_bill(capsys: pytest.CaptureFixture[str]) -> None:
    run(MadeUp(execution("RUNNING", 5), execution("SUCCEEDED", 6.5)))
    out, err = capsys.readouterr()
    assert out == "one\n  1\n"
    assert err == "keystone: 1 row written, 12,000,000 B scanned, 12 MB billed, 6.50 s, $0.000060 on AWS\n"


def test_a_terminal_is_told_how_far_a_long_one_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    run(MadeUp(execution("RUNNING", 0.5), execution("RUNNING", 3), execution("SUCCEEDED", 3)))
    assert capsys.readouterr().err.count("running: 3 s, 12,000,000 B scanned") == 1


def test_a_terminal_is_told_how_much_of_a_long_result_there_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sql_statement, "LONG_S", 0)
    run(MadeUp(execution("SUCCEEDED", 3)))
    assert "1 rows read" in capsys.readouterr().err


def test_one_that_is_cancelled_by_somebody_else_failed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StatementFailed, match="Query cancelled by user"):
        run(MadeUp(execution("CANCELLED", 1, "Query cancelled by user")))
    assert capsys.readouterr().out == ""


def test_whoever_interrupts_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    athena = MadeUp(execution("RUNNING", 1), KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        run(athena)
    assert athena.stopped == ["id"]
    assert capsys.readouterr().err == "keystone: the statement was stopped (id)\n"


def test_whoever_interrupts_while_it_is_begun_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    def start() -> str:
        signal.raise_signal(signal.SIGINT)
        return "id"

    athena: Any = MadeUp()
    with pytest.raises(KeyboardInterrupt):
        run_statement(athena, start, "table", 10)
    assert athena.stopped == ["id"]
    assert capsys.readouterr().err == "keystone: the statement was stopped (id)\n"


def test_whoever_interrupts_twice_waits_for_no_answer() -> None:
    def start() -> str:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError

    athena: Any = MadeUp()
    with pytest.raises(KeyboardInterrupt):
        run_statement(athena, start, "table", 10)
    assert athena.stopped == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
