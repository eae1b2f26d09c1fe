"""What a condition says about some of a table's columns alone, such as those of its partitions or `$path`."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from pyiceberg.expressions import AlwaysFalse, AlwaysTrue, And, BooleanExpression, Or
from pyiceberg.expressions.visitors import BooleanExpressionVisitor, expression_evaluator, rewrite_not, visit
from pyiceberg.schema import Schema
from pyiceberg.typedef import Record


def about(where: BooleanExpression, names: Collection[str]) -> BooleanExpression:
    """A condition on these columns alone that is true wherever `where` is.

    Args:
        names: in lower case.
    """
    return visit(rewrite_not(where), _Weakened(lambda name: name in names))


def may_hold(where: BooleanExpression, schema: Schema, values: Mapping[str, Any]) -> bool:
    """Whether `where` can be true of rows of which these values are known.

    Args:
        schema: of the known columns, in the order of `values`.
    """
    known = about(where, {name.lower() for name in values})
    return expression_evaluator(schema, known, case_sensitive=False)(Record(*values.values()))


def columns_of(where: BooleanExpression) -> set[str]:
    """The columns that a condition is about, in lower case."""
    names: set[str] = set()

    def note(name: str) -> bool:
        names.add(name)
        return True

    visit(rewrite_not(where), _Weakened(note))
    return names


class Rewritten(BooleanExpressionVisitor[BooleanExpression]):
    """Makes another condition of one in which no NOT is left; on its own, the same."""

    def visit_true(self) -> BooleanExpression:
        return AlwaysTrue()

    def visit_false(self) -> BooleanExpression:
        return AlwaysFalse()

    def visit_not(self, child_result: BooleanExpression) -> BooleanExpression:
        raise TypeError(f"NOT {child_result} was to be rewritten before")

    def visit_and(self, left_result: BooleanExpression, right_result: BooleanExpression) -> BooleanExpression:
        return And(left_result, right_result)

    def visit_or(self, left_result: BooleanExpression, right_result: BooleanExpression) -> BooleanExpression:
        return Or(left_result, right_result)

    def visit_unbound_predicate(self, predicate: Any) -> BooleanExpression:
        kept: BooleanExpression = predicate
        return kept

    def visit_bound_predicate(self, predicate: Any) -> BooleanExpression:
        raise TypeError(f"{predicate} is bound to a schema already")


class _Weakened(Rewritten):
    """Takes what is not kept as true."""

    def __init__(self, keeps: Callable[[str], bool]) -> None:
        self._keeps = keeps

    def visit_unbound_predicate(self, predicate: Any) -> BooleanExpression:
        return predicate if self._keeps(predicate.term.name.lower()) else AlwaysTrue()
