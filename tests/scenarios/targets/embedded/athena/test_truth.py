"""What statements come to is what Trino's own engine says, and each of the suite has such an answer."""

import pytest

from tests.scenarios.targets.embedded.athena.oracle.engine import engine
from tests.scenarios.targets.embedded.athena.oracle.recording import recorded, statements

LEAST_STATEMENTS = 200


def test_each_statement_of_the_suite_has_an_answer_on_record() -> None:
    wanted = list(statements())
    assert len(wanted) >= LEAST_STATEMENTS
    assert list(recorded()) == wanted


@pytest.mark.slow
def test_the_answers_on_record_are_trinos_own() -> None:
    with engine() as trino:
        differing = {s.sql: (answer, trino.ask(s.sql)) for s, answer in recorded().items()}
    assert {sql: pair for sql, pair in differing.items() if pair[0] != pair[1]} == {}
