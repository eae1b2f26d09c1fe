"""What a statement comes to is what Trino's own engine says, or it is refused: never a wrong answer."""

import duckdb
import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.functions.calls import FUNCTIONS, trinos_names
from tests.scenarios.targets.embedded.athena.answers import answer
from tests.scenarios.targets.embedded.athena.oracle.engine import Answer
from tests.scenarios.targets.embedded.athena.oracle.engine import engine as oracle
from tests.scenarios.targets.embedded.athena.oracle.recording import Statement, recorded, statements

LEAST_STATEMENTS = 200

DIFFERING: dict[str, tuple[Answer, str]] = {
    "SELECT json_object('a' : 1, 'b' : 'x'), json_array(1, 'x', NULL), json_array(1, NULL NULL ON NULL)": (
        Answer(error="SYNTAX_ERROR"),
        "sqlglot does not read NULL ON NULL, and what it does not read cannot be told from what is wrong",
    ),
    "SELECT approx_distinct(x) FROM UNNEST(sequence(1, 1000)) t(x)": (
        Answer(("_col0",), ("bigint",), ([1000],)),
        "exact, where Trino says 1008: its sketch is off by 2.3% as a rule",
    ),
    "SELECT approx_percentile(CAST(x AS double), 0.5) FROM UNNEST(sequence(1, 1000)) t(x)": (
        Answer(("_col0",), ("double",), (["501.0"],)),
        "one of the values, where Trino's digest of doubles lies between two",
    ),
    "SELECT regr_slope(y, x) FROM (VALUES (1e0, 2e0), (2e0, 3e0), (5e0, 7e0)) t(x, y)": (
        Answer(("_col0",), ("double",), (["1.2692307692307692"],)),
        "the last digit: it depends on the order of the rows, in Athena, too",
    ),
    "SELECT a / b FROM (VALUES (INTEGER '-2147483648', -1)) t(a, b)": (
        Answer(error="NUMERIC_VALUE_OUT_OF_RANGE"),
        "Trino gives an integer that is too large for its type",
    ),
    "SELECT 1 IN (TRY(0), NULL, 2)": (
        Answer(("_col0",), ("boolean",), ([None],)),
        "NULL as SQL has it, where Trino beside TRY forgets the NULL among the values",
    ),
    "SELECT a > CAST(b AS integer) FROM (VALUES (CAST(NULL AS integer), 'x')) t(a, b)": (
        Answer(error="INVALID_CAST_ARGUMENT"),
        "a failure beside a NULL: Trino does not look at the one once it has seen the other",
    ),
}
"""Statements that come to something else on purpose: what, and why."""

RECORDED = recorded()


@pytest.mark.parametrize("statement", RECORDED, ids=lambda statement: f"{statement.topic}: {statement.sql[:60]}")
def test_a_statement_comes_to_what_trino_says_or_is_refused(engine: Engine, statement: Statement) -> None:
    ours, truth = answer(engine, statement.sql), RECORDED[statement]
    if statement.sql in DIFFERING:
        expected, _ = DIFFERING[statement.sql]
        assert ours == expected
        assert (truth.rows, truth.error) != (expected.rows, expected.error)
    elif ours.error != "NOT_SUPPORTED":
        assert ours == Answer(truth.columns, truth.types, truth.rows, truth.error)


def test_each_statement_of_the_suite_has_an_answer_on_record() -> None:
    wanted = list(statements())
    assert len(wanted) >= LEAST_STATEMENTS
    assert list(RECORDED) == wanted


def test_a_wrong_answer_would_be_found() -> None:
    # What DuckDB itself makes of a division of decimals is a double.
    with duckdb.connect() as db:
        assert db.sql("SELECT 10.00 / 3").fetchall() == [(pytest.approx(10 / 3),)]
    truth = next(found for statement, found in RECORDED.items() if statement.sql.startswith("SELECT 10.00 / 3"))
    assert (truth.types[0], truth.rows[0][0]) == ("decimal(4,2)", "3.33")


@pytest.mark.slow
def test_the_names_of_functions_are_trinos_own() -> None:
    with oracle() as trino:
        assert {name for name, *_ in trino.ask("SHOW FUNCTIONS").rows} == trinos_names()
    assert set(FUNCTIONS) <= trinos_names()


@pytest.mark.slow
def test_the_answers_on_record_are_trinos_own() -> None:
    with oracle() as trino:
        differing = {s.sql: (answer, trino.ask(s.sql)) for s, answer in RECORDED.items()}
    assert {sql: pair for sql, pair in differing.items() if pair[0] != pair[1]} == {}
