"""The journal is waited for, and a run is judged without it rather than not at all."""

import time
from collections.abc import Iterator

import pyarrow as pa
import pytest

from scenarios.audit.journal import SCHEMA
from scenarios.audit.marks import Marks
from scenarios.runner import read_back as module
from scenarios.runner.read_back import whole_journal
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import PostgresEndpoint

POSTGRES = PostgresEndpoint(host="127.0.0.1", port=1, direct_port=1, database="d", user="u", password="p")
MARKS = Marks("T", {0: 0}, {0: 5})


def journal(end: int) -> pa.Table:
    rows = [{"table_name": table, "partition": 0, "end_offset": end} for table in ("bronze", "silver")]
    return pa.Table.from_pylist([dict.fromkeys(SCHEMA.names) | row for row in rows], schema=SCHEMA)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[pa.Table | TargetError]:
    """What Postgres says, in this order, and then the last again and again; nothing is slept."""
    said: list[pa.Table | TargetError] = []

    def turns() -> Iterator[pa.Table | TargetError]:
        yield from said
        while True:
            yield said[-1]

    going = turns()

    def read(*_: object) -> pa.Table:
        answer = next(going)
        if isinstance(answer, TargetError):
            raise answer
        return answer

    monkeypatch.setattr(module, "read_journal", read)
    monkeypatch.setattr(time, "sleep", lambda _s: None)
    return said


def test_a_journal_that_was_away_is_read_once_it_is_back(answers: list[pa.Table | TargetError]) -> None:
    answers += [TargetError("nobody listens"), journal(3), journal(5)]
    told: list[str] = []
    taken = whole_journal(POSTGRES, MARKS, {0: 5}, told.append)
    assert taken is not None
    assert taken.equals(journal(5))
    assert told == ["audit: waiting for the journal, 60 s at most: nobody listens"]


def test_that_it_is_away_is_said_once(answers: list[pa.Table | TargetError]) -> None:
    answers += [TargetError("nobody listens")] * 3 + [journal(5)]
    told: list[str] = []
    whole_journal(POSTGRES, MARKS, {0: 5}, told.append)
    assert len(told) == 1


def test_a_run_goes_without_one_that_stays_away(
    answers: list[pa.Table | TargetError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AWAY_PATIENCE_S", 0.0)
    answers += [TargetError("nobody listens")]
    told: list[str] = []
    assert whole_journal(POSTGRES, MARKS, {0: 5}, told.append) is None
    assert told == ["audit: without the journal: nobody listens"]


def test_one_that_lags_behind_is_taken_as_it_is_in_the_end(
    answers: list[pa.Table | TargetError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "JOURNAL_PATIENCE_S", 0.05)
    answers += [journal(3)]
    taken = whole_journal(POSTGRES, MARKS, {0: 5}, lambda _text: None)
    assert taken is not None
    assert taken.equals(journal(3))
