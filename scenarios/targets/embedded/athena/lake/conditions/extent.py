"""Which values of one column a condition leaves: some that are named, or those between two."""

from dataclasses import dataclass
from typing import Any

from pyiceberg.expressions import (
    BooleanExpression,
    EqualTo,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
)
from pyiceberg.expressions.visitors import BooleanExpressionVisitor, rewrite_not, visit


@dataclass(frozen=True)
class Extent:
    """Values that a column may have.

    Attributes:
        named: all there are; None if only bounds are known.
        low: no value is less; None if that is not known.
        high: no value is larger.
    """

    named: frozenset[Any] | None = None
    low: Any = None
    high: Any = None

    def holds(self, value: Any) -> bool:
        """Whether the column may have a value."""
        return (
            (self.named is None or value in self.named)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
        )


def extent_of(where: BooleanExpression, column: str) -> Extent:
    """The values of a column that `where` leaves; there may be fewer."""
    return visit(rewrite_not(where), _Extents(column))


class _Extents(BooleanExpressionVisitor[Extent]):
    def __init__(self, column: str) -> None:
        self._column = column

    def visit_true(self) -> Extent:
        return Extent()

    def visit_false(self) -> Extent:
        return Extent(frozenset())

    def visit_not(self, child_result: Extent) -> Extent:
        raise TypeError(f"NOT {child_result} was to be rewritten before")

    def visit_and(self, left_result: Extent, right_result: Extent) -> Extent:
        low = _pick(max, left_result.low, right_result.low)
        high = _pick(min, left_result.high, right_result.high)
        bounds = Extent(None, low, high)
        names = [side.named for side in (left_result, right_result) if side.named is not None]
        if not names:
            return bounds
        return Extent(frozenset(value for value in frozenset.intersection(*names) if bounds.holds(value)))

    def visit_or(self, left_result: Extent, right_result: Extent) -> Extent:
        if left_result.named is not None and right_result.named is not None:
            return Extent(left_result.named | right_result.named)
        left, right = _bounds(left_result), _bounds(right_result)
        lows, highs = (left.low, right.low), (left.high, right.high)
        return Extent(None, None if None in lows else min(lows), None if None in highs else max(highs))

    def visit_unbound_predicate(self, predicate: Any) -> Extent:
        if predicate.term.name.lower() != self._column:
            return Extent()
        match predicate:
            case EqualTo():
                return Extent(frozenset([predicate.literal.value]))
            case In():
                return Extent(frozenset(literal.value for literal in predicate.literals))
            case LessThan() | LessThanOrEqual():
                return Extent(high=predicate.literal.value)
            case GreaterThan() | GreaterThanOrEqual():
                return Extent(low=predicate.literal.value)
        return Extent()

    def visit_bound_predicate(self, predicate: Any) -> Extent:
        raise TypeError(f"{predicate} is bound to a schema already")


def _bounds(extent: Extent) -> Extent:
    return Extent(None, min(extent.named), max(extent.named)) if extent.named else extent


def _pick(choose: Any, left: Any, right: Any) -> Any:
    return choose(left, right) if left is not None and right is not None else left if right is None else right
