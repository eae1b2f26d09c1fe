"""Our answers in the form that the oracle's have."""

from typing import Any

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.asking import Found, ask
from tests.scenarios.targets.embedded.athena.oracle.engine import Answer
from tests.scenarios.targets.embedded.athena.values import written


def answer(engine: Engine, sql: str) -> Answer:
    """What a statement comes to."""
    try:
        return of(ask(engine, sql))
    except SqlError as error:
        return Answer(error=error.code)


def of(found: Found) -> Answer:
    """Rows as the oracle gives them."""
    rows: list[list[Any]] = [
        [written(value, kind) for value, kind in zip(row, found.types, strict=True)] for row in found.rows
    ]
    return Answer(found.names, tuple(map(str, found.types)), tuple(rows))
