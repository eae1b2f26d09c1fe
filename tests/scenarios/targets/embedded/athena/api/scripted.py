"""An engine that does what a test says: it answers, fails, waits to be cancelled, or reads as much as it is to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pyarrow as pa

from scenarios.targets.embedded.athena.engine import Cancelled
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR
from scenarios.targets.embedded.athena.statement import Answer, Columns, Request, Usage

WITHIN_S = 30.0
Play = Callable[["ScriptedStatement"], Answer]


@dataclass
class ScriptedStatement:
    """One statement as it runs."""

    request: Request
    usage: Usage
    play: Play
    cancelled: Event = field(default_factory=Event)
    closed: bool = False

    def answer(self) -> Answer:
        return self.play(self)

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.closed = True


class ScriptedEngine:
    """Plays by the statement's text; keeps what it was asked."""

    def __init__(self, plays: Mapping[str, Play]) -> None:
        self._plays = plays
        self.statements: list[ScriptedStatement] = []

    def start(self, request: Request, usage: Usage) -> ScriptedStatement:
        statement = ScriptedStatement(request, usage, self._plays[request.text])
        self.statements.append(statement)
        return statement


def numbers(count: int, batch: int = 1000) -> Play:
    """Answers with so many rows of a number and a text."""

    def play(_: ScriptedStatement) -> Answer:
        columns: Columns = [("n", BIGINT), ("text", VARCHAR)]
        return Answer("DML", "SELECT", columns, _numbered(count, batch))

    return play


def _numbered(count: int, batch: int) -> Iterator[pa.RecordBatch]:
    for begin in range(0, count, batch):
        rows = range(begin, min(begin + batch, count))
        texts = [f'"{row}"\n' for row in rows]
        yield pa.RecordBatch.from_arrays([pa.array(rows, pa.int64()), pa.array(texts)], names=["c0", "c1"])


def waits(statement: ScriptedStatement) -> Answer:
    """Until it is cancelled."""
    assert statement.cancelled.wait(WITHIN_S)
    raise Cancelled


def reads(*portions: int) -> Play:
    """Counts portions of bytes as scanned; stops between two of them when it is cancelled."""

    def play(statement: ScriptedStatement) -> Answer:
        for portion in portions:
            statement.usage.scanned(portion)
            if statement.cancelled.is_set():
                raise Cancelled
        return numbers(1)(statement)

    return play


def raises(error: Exception) -> Play:
    """Fails."""

    def play(_: ScriptedStatement) -> Answer:
        raise error

    return play


def says(kind: Any, name: str, columns: Columns, rows: Sequence[Sequence[Any]], updated: int | None = None) -> Play:
    """Answers with these texts."""

    def play(_: ScriptedStatement) -> Answer:
        arrays = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(columns))]
        batches = [pa.RecordBatch.from_arrays(arrays, names=[str(place) for place in range(len(columns))])]
        return Answer(kind, name, columns, iter(batches if columns else ()), updated)

    return play
