"""Decimals divide and multiply to the last digit, and what is too large for its type fails."""

import random
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.asking import ask


def a_number(dice: random.Random) -> Decimal:
    """Up to eight digits before the point and three after it."""
    return Decimal(dice.randint(-(10 ** dice.randint(1, 11)), 10 ** dice.randint(1, 11)) or 1) / 1000


# Not by hypothesis, in whose company DuckDB's module complains of leaks when the interpreter ends.
def test_a_quotient_is_rounded_half_away_from_zero_and_a_remainder_keeps_the_dividends_sign(
    engine: Engine,
) -> None:
    dice = random.Random(1)
    pairs = [(a_number(dice), a_number(dice)) for _ in range(200)] + [
        (Decimal(1), Decimal(8)),
        (Decimal(-1), Decimal(16)),
    ]
    with localcontext() as context:
        context.prec = 60
        for a, b in pairs:
            [(quotient, remainder, product)] = ask(
                engine, "SELECT {0} / {1}, {0} % {1}, {0} * {1}".format(f"{a:.3f}", f"{b:.3f}")
            ).rows
            assert quotient == (a / b).quantize(Decimal("0.001"), ROUND_HALF_UP)
            assert remainder == a - b * (a / b).quantize(Decimal(1), ROUND_DOWN)
            assert product == a * b


@pytest.mark.parametrize("kind", ["tinyint", "smallint", "integer", "bigint"])
def test_what_is_too_large_for_a_whole_numbers_type_fails(engine: Engine, kind: str) -> None:
    most = 2 ** {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}[kind] - 1
    largest = f"CAST({most} AS {kind})"
    assert ask(engine, f"SELECT {largest}, -{largest} - CAST(1 AS {kind})").rows == [(most, -most - 1)]
    for too_large in (f"{largest} + CAST(1 AS {kind})", f"-(-{largest} - CAST(1 AS {kind}))"):
        with pytest.raises(SqlError) as failed:
            ask(engine, f"SELECT {too_large}")
        assert failed.value.code == "NUMERIC_VALUE_OUT_OF_RANGE"


def test_what_would_need_more_than_38_digits_in_between_is_refused(engine: Engine) -> None:
    with pytest.raises(SqlError) as refused:
        ask(engine, f"SELECT {'9' * 30}.5 / 0.{'1' * 20}")
    assert refused.value.code == "NOT_SUPPORTED"
