"""What a call writes of its arguments does not double with each call around it."""

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from tests.scenarios.targets.embedded.athena.asking import ask

DEPTH = 12
CALLS = (
    "{} % 7",
    "{} + 1",
    "cbrt({})",
    "power({}, 1)",
    "bit_count({}, 64)",
    "bitwise_left_shift({}, 1)",
    "bitwise_right_shift({}, 1)",
    "bitwise_right_shift_arithmetic({}, 1)",
    "try({})",
)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_may_be_within_many_of_its_kind(engine: Engine, call: str) -> None:
    nested = "x"
    for _ in range(DEPTH):
        nested = f"({call.format(nested)})"
    assert len(ask(engine, f"SELECT {nested} FROM (VALUES 64, 1) t(x)").rows) == 2


def test_a_replacement_by_a_lambda_may_be_within_another(engine: Engine) -> None:
    nested = "x"
    for _ in range(DEPTH):
        nested = f"regexp_replace({nested}, 'a', m -> m[1])".replace("'a'", "'(a)'")
    assert ask(engine, f"SELECT {nested} FROM (VALUES 'banana') t(x)").rows == [("banana",)]
