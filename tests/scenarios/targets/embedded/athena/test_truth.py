"""What a statement comes to is what Trino's own engine says, or it is refused: never a wrong answer."""

from pathlib import Path
from typing import Any, cast

import pytest

from scenarios.targets.embedded.athena.api.text import as_text
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.functions.calls import FUNCTIONS, trinos_names
from tests.scenarios.targets.embedded.athena.answers import answer
from tests.scenarios.targets.embedded.athena.asking import batches_of
from tests.scenarios.targets.embedded.athena.oracle.engine import Answer
from tests.scenarios.targets.embedded.athena.oracle.engine import engine as oracle
from tests.scenarios.targets.embedded.athena.oracle.recording import Statement, read, recorded, statements

LEAST_STATEMENTS = 1_000

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
    "SELECT corr(y, x) FROM (VALUES (1e0, 2e0), (2e0, 3.5e0), (3e0, 5e0)) t(y, x)": (
        Answer(("_col0",), ("double",), (["1.0000000000000002"],)),
        "the last digit, as above",
    ),
    "SELECT regr_intercept(y, x) FROM (VALUES (1e0, 2e0), (2e0, 3.5e0), (3e0, 5e0)) t(y, x)": (
        Answer(("_col0",), ("double",), (["-0.3333333333333332"],)),
        "the last digits, as above",
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
    "SELECT cbrt(54.9e0)": (
        Answer(("_col0",), ("double",), (["3.8006462428151124"],)),
        "to the last digit; exp, tan, log10, asin, acos, atan, atan2 and power, too, may differ from Java's in that",
    ),
    "SELECT x FROM (VALUES 0, 1, 2) t(x) WHERE 2 / x = 2 AND x <> 0": (
        Answer(("x",), ("integer",), ([1],)),
        "a row that fails in one condition and is left out by another: which is looked at first is left open",
    ),
    "SELECT x FROM (VALUES CAST(nan() AS real), real '1') t(x) WHERE x IN (real '-2', real '0', CAST(nan() AS real))": (
        Answer(("x",), ("real",)),
        "NaN is like nothing, where Trino finds it among three constants",
    ),
    "SELECT CASE WHEN x > 0 THEN (SELECT 1 / 0) ELSE 2 END FROM (VALUES 0) t(x)": (
        Answer(error="DIVISION_BY_ZERO"),
        "a query that sees no column is run whether its value is needed or not",
    ),
}
"""Statements that come to something else on purpose: what, and why."""

RECORDED = recorded()
GAPS = frozenset(read(Path(__file__).with_name("gaps.sql")))
"""Statements that Trino answers, and the embedded Athena refuses."""


def verdict(engine: Engine, statement: Statement) -> str:
    """agrees, refused or differs."""
    ours, truth = answer(engine, statement.sql), RECORDED[statement]
    if ours == DIFFERING.get(statement.sql, (Answer(truth.columns, truth.types, truth.rows, truth.error), ""))[0]:
        return "agrees"
    return "refused" if ours.error == "NOT_SUPPORTED" else f"differs: {ours}"


@pytest.mark.parametrize("statement", RECORDED, ids=lambda statement: f"{statement.topic}: {statement.sql[:60]}")
def test_a_statement_comes_to_what_trino_says_and_what_is_refused_is_known(
    engine: Engine, statement: Statement
) -> None:
    assert verdict(engine, statement) == ("refused" if statement.sql in GAPS else "agrees")


AS_THEY_ARE = ("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "varchar", "char", "date")
"""Types whose values are on record as Athena's results have them, but that those have numbers as texts, too."""


def test_the_texts_of_results_are_trinos_values(engine: Engine) -> None:
    compared = 0
    for statement, truth in RECORDED.items():
        if truth.error or statement.sql in GAPS or statement.sql in DIFFERING:
            continue
        columns, batches = batches_of(engine, statement.sql)
        for place, (_, kind) in enumerate(columns):
            if kind.kind in AS_THEY_ARE:
                texts = [text for batch in batches for text in as_text(batch.column(place), kind).to_pylist()]
                assert texts == [None if row[place] is None else str(row[place]) for row in truth.rows], statement.sql
                compared += 1
    assert compared > LEAST_STATEMENTS


def test_what_differs_on_purpose_does_so() -> None:
    truths = {statement.sql: truth for statement, truth in RECORDED.items()}
    for sql, (expected, _) in DIFFERING.items():
        assert (truths[sql].rows, truths[sql].error) != (expected.rows, expected.error), sql


def test_the_gaps_are_a_small_part_of_the_suite() -> None:
    assert {statement.sql for statement in RECORDED} >= GAPS
    assert len(GAPS) < len(RECORDED) / 6


def test_each_statement_of_the_suite_has_an_answer_on_record() -> None:
    wanted = list(statements())
    assert len(wanted) >= LEAST_STATEMENTS
    assert list(RECORDED) == wanted


CEIL = "SELECT ceil(2.1), ceiling(-2.1), floor(2.9), floor(-2.1), ceil(2.1e0), floor(-2.1e0), ceil(3)"


@pytest.mark.parametrize(
    ("sql", "function", "as_if", "found"),
    [
        (CEIL, "ceil", "floor", "differs"),
        ("SELECT reverse(x'6162')", "reverse", None, "refused"),
    ],
)
def test_a_wrong_answer_would_be_found_and_so_would_a_new_gap(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, sql: str, function: str, as_if: str | None, found: str
) -> None:
    statement = next(statement for statement in RECORDED if statement.sql == sql)
    assert verdict(engine, statement) == "agrees"
    monkeypatch.setitem(cast("dict[str, Any]", FUNCTIONS), function, FUNCTIONS[as_if] if as_if else [])
    assert verdict(engine, statement).startswith(found)


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
