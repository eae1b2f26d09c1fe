"""Any expression has the value that Trino gives it, or is refused."""

import random

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from tests.scenarios.targets.embedded.athena.answers import answer
from tests.scenarios.targets.embedded.athena.oracle.engine import Engine as Oracle
from tests.scenarios.targets.embedded.athena.oracle.engine import engine as oracle
from tests.scenarios.targets.embedded.athena.oracle.grammar import Rows, any_expression, some_rows

EXPRESSIONS = 2000
AT_ONCE = 8
ROWS = 4
MOST_REFUSED = 0.05
MOST_OPEN = 0.01


def differing(engine: Engine, trino: Oracle, expressions: list[str], rows: Rows) -> tuple[list[str], int]:
    """Statements of which the two say different things, and how many are refused.

    A failure is NULL to both: which of two parts is looked at first, and whether a part is looked at all beside one
    that is NULL, is left open.
    """
    sql = f"SELECT {', '.join(f'TRY({one})' for one in expressions)} FROM {rows.relation}"
    ours, theirs = answer(engine, sql), trino.ask(sql)
    if (ours.types, ours.rows, ours.error) == (theirs.types, theirs.rows, theirs.error):
        return [], 0
    if len(expressions) > 1:
        parts = [differing(engine, trino, [one], rows) for one in expressions]
    elif len(rows.cells) > 1:
        # A failure that TRY lets through in one row hides what comes of the others.
        parts = [differing(engine, trino, expressions, alone) for alone in rows.alone()]
    elif ours.error == "NOT_SUPPORTED":
        return [], 1
    else:
        return [f"{sql}\n ours   {ours}\n theirs {theirs}"], 0
    return [one for found, _ in parts for one in found], sum(refused for _, refused in parts)


def has_a_failing_part(engine: Engine, trino: Oracle, sql: str) -> bool:
    """Whether the two may differ because a part fails that only one of them looks at."""
    untried = sql.partition("\n")[0].replace("SELECT TRY(", "SELECT (", 1)
    return answer(engine, untried).error is not None or trino.ask(untried).error is not None


@pytest.mark.slow
def test_random_expressions_over_random_tables_have_trinos_values(engine: Engine) -> None:
    dice = random.Random(8)
    wrong: list[str] = []
    refused = open_order = 0
    with oracle() as trino:
        for _ in range(EXPRESSIONS // AT_ONCE):
            expressions = [any_expression(dice, dice.randint(1, 3)) for _ in range(AT_ONCE)]
            found, none = differing(engine, trino, expressions, some_rows(dice, ROWS))
            refused += none
            for one in found:
                if has_a_failing_part(engine, trino, one):
                    open_order += 1
                else:
                    wrong.append(one)
    assert not wrong, "\n\n".join(wrong)
    assert refused / ROWS <= EXPRESSIONS * MOST_REFUSED
    assert open_order <= EXPRESSIONS * MOST_OPEN


TYPES = {"integer", "bigint", "decimal", "double", "varchar", "boolean", "date", "timestamp", "array"}


def test_the_random_expressions_are_of_every_type(engine: Engine) -> None:
    dice = random.Random(8)
    relation = some_rows(dice, ROWS).relation
    found = [answer(engine, f"SELECT TRY({any_expression(dice, 2)}) FROM {relation}") for _ in range(50)]
    assert {kind.partition("(")[0] for one in found for kind in one.types} == TYPES
    assert len({str(one.rows) for one in found if not one.error}) > len(TYPES)
