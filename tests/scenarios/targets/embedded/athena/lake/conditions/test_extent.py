"""The values that a condition leaves are never too few."""

from random import Random
from typing import Any

import pytest
from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, Not, Or

from scenarios.targets.embedded.athena.lake.conditions.extent import Extent, extent_of
from tests.scenarios.targets.embedded.athena.conditions import (
    EqualTo,
    GreaterThan,
    In,
    IsNull,
    LessThanOrEqual,
    is_true,
    random_condition,
)

VALUES: dict[str, list[Any]] = {"a": list(range(6)), "b": ["x", "y", "z"]}


@pytest.mark.parametrize("seed", range(200))
def test_a_value_for_which_the_condition_can_be_true_is_left(seed: int) -> None:
    where = random_condition(Random(seed), VALUES, depth=3)
    extent = extent_of(where, "a")
    for a in VALUES["a"]:
        if any(is_true(where, {"a": a, "b": b}) for b in VALUES["b"]):
            assert extent.holds(a)


@pytest.mark.parametrize(
    ("where", "extent"),
    [
        (AlwaysTrue(), Extent()),
        (EqualTo("A", 7), Extent(frozenset([7]))),
        (Or(EqualTo("a", 7), In("a", [8, 9])), Extent(frozenset([7, 8, 9]))),
        (Or(EqualTo("a", 7), GreaterThan("a", 8)), Extent(low=7)),
        (And(GreaterThan("a", 3), LessThanOrEqual("a", 5)), Extent(low=3, high=5)),
        (And(In("a", [1, 4]), GreaterThan("a", 3)), Extent(frozenset([4]))),
        (Or(EqualTo("a", 7), EqualTo("b", 1)), Extent()),
        (Not(GreaterThan("a", 3)), Extent(high=3)),
        (IsNull("a"), Extent()),
    ],
)
def test_values_are_named_or_lie_between_two(where: BooleanExpression, extent: Extent) -> None:
    assert extent_of(where, "a") == extent
