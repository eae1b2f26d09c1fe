"""Random conditions on rows, and whether they are true of one, found out without pyiceberg's judges."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from pyiceberg import expressions
from pyiceberg.expressions import And, BooleanExpression, Not, Or

# Predicates take a column's name, and not what pydantic makes of their fields for the type checker.
EqualTo: Any = expressions.EqualTo
NotEqualTo: Any = expressions.NotEqualTo
LessThan: Any = expressions.LessThan
LessThanOrEqual: Any = expressions.LessThanOrEqual
GreaterThan: Any = expressions.GreaterThan
GreaterThanOrEqual: Any = expressions.GreaterThanOrEqual
In: Any = expressions.In
NotIn: Any = expressions.NotIn
IsNull: Any = expressions.IsNull
NotNull: Any = expressions.NotNull

COMPARISONS = (EqualTo, NotEqualTo, LessThan, LessThanOrEqual, GreaterThan, GreaterThanOrEqual)


def random_condition(dice: Random, values: Mapping[str, Sequence[Any]], depth: int = 2) -> Any:
    """A condition on some columns, against some of their values."""
    if depth and dice.random() < 0.6:
        left, right = (random_condition(dice, values, depth - 1) for _ in range(2))
        return dice.choice([And(left, right), Or(left, right), Not(left)])
    column = dice.choice(list(values))
    some = [value for value in values[column] if value is not None]
    kind = dice.randrange(4)
    if kind == 0:
        return dice.choice([IsNull, NotNull])(column)
    if kind == 1:
        return dice.choice([In, NotIn])(column, dice.sample(some, 2))
    return dice.choice(COMPARISONS)(column, dice.choice(some))


def is_true(where: BooleanExpression, row: Mapping[str, Any]) -> bool | None:
    """SQL's three values: None where a null leaves it open."""
    match where:
        case And(left=left, right=right):
            sides = {is_true(left, row), is_true(right, row)}
            return False if False in sides else None if None in sides else True
        case Or(left=left, right=right):
            sides = {is_true(left, row), is_true(right, row)}
            return True if True in sides else None if None in sides else False
        case Not(child=child):
            inner = is_true(child, row)
            return None if inner is None else not inner
    return _compare(where, row)


def _compare(where: Any, row: Mapping[str, Any]) -> bool | None:
    value = row[where.term.name]
    if isinstance(where, (IsNull, NotNull)):
        return (value is None) == isinstance(where, IsNull)
    if value is None:
        return None
    if isinstance(where, (In, NotIn)):
        return (value in {literal.value for literal in where.literals}) == isinstance(where, In)
    other = where.literal.value
    truths = (value == other, value != other, value < other, value <= other, value > other, value >= other)
    return bool(dict(zip(COMPARISONS, truths, strict=True))[type(where)])
