"""What a condition says of some columns alone is true wherever the condition is."""

from random import Random
from typing import Any

import pytest
from pyiceberg.expressions import AlwaysTrue, And, Not, Or
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

from scenarios.targets.embedded.athena.lake.conditions.conditions import about, columns_of, may_hold
from tests.scenarios.targets.embedded.athena.conditions import EqualTo, is_true, random_condition

A = Schema(NestedField(1, "a", LongType()))
VALUES: dict[str, list[Any]] = {"a": [0, 1, 2, None], "b": ["x", "y", "z", None]}


@pytest.mark.parametrize("seed", range(200))
def test_a_row_for_which_the_condition_is_true_is_never_ruled_out(seed: int) -> None:
    dice = Random(seed)
    where = random_condition(dice, VALUES, depth=3)
    for a in VALUES["a"]:
        for b in VALUES["b"]:
            if is_true(where, {"a": a, "b": b}):
                assert may_hold(where, A, {"a": a})
                assert may_hold(where, Schema(NestedField(1, "b", StringType())), {"b": b})


def test_what_is_not_about_the_columns_is_left_out() -> None:
    where = And(EqualTo("a", 1), EqualTo("b", "x"))
    assert about(where, {"a"}) == EqualTo("a", 1)


def test_one_side_of_an_or_says_nothing() -> None:
    assert about(Or(EqualTo("a", 1), EqualTo("b", "x")), {"a"}) == AlwaysTrue()


def test_values_that_are_known_rule_out_what_they_contradict() -> None:
    where = And(Not(EqualTo("A", 1)), EqualTo("b", "x"))
    assert not may_hold(where, A, {"a": 1})
    assert may_hold(where, A, {"a": 2})


def test_the_columns_of_a_condition_are_known() -> None:
    assert columns_of(Or(EqualTo("A", 1), Not(EqualTo("$path", "x")))) == {"a", "$path"}
