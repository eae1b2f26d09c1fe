"""Conditions that can be judged by some columns; what is of other columns, or cannot be compared, is taken as true."""

from decimal import Context, Decimal
from typing import Any, Final

from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, Not, Or
from pyiceberg.expressions.visitors import bind, rewrite_not, visit
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, DoubleType, FloatType

from scenarios.targets.embedded.athena.lake.conditions.conditions import Rewritten, columns_of

ENOUGH: Final = Context(prec=100)


def fitted(where: BooleanExpression, schema: Schema) -> BooleanExpression:
    """A condition on columns of `schema` alone that is true wherever `where` is, and that pyiceberg can judge.

    It refuses a decimal of another scale than the column's, among others: `price > 0.5` of a decimal(12,2).

    Args:
        where: as a statement has it, and not rewritten yet.
    """
    return visit(rewrite_not(_without_negated_floats(where, schema)), _Fitted(schema))


def _without_negated_floats(where: BooleanExpression, schema: Schema) -> BooleanExpression:
    """NOT x > 5 is true of what is not a number, but pyiceberg takes it for x <= 5, which no bounds of x show then."""
    match where:
        case And(left=left, right=right):
            return And(_without_negated_floats(left, schema), _without_negated_floats(right, schema))
        case Or(left=left, right=right):
            return Or(_without_negated_floats(left, schema), _without_negated_floats(right, schema))
        case Not(child=child):
            floats = {f.name.lower() for f in schema.fields if isinstance(f.field_type, (FloatType, DoubleType))}
            return AlwaysTrue() if floats & columns_of(child) else where
    return where


class _Fitted(Rewritten):
    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._kinds = {field.name.lower(): field.field_type for field in schema.fields}

    def visit_unbound_predicate(self, predicate: Any) -> BooleanExpression:
        kind = self._kinds.get(predicate.term.name.lower())
        if kind is None:
            return AlwaysTrue()
        try:
            if isinstance(kind, DecimalType):
                predicate = _scaled(predicate, kind.scale)
            bind(self._schema, predicate, case_sensitive=False)
        except (ValueError, TypeError, ArithmeticError):
            return AlwaysTrue()
        fits: BooleanExpression = predicate
        return fits


def _scaled(predicate: Any, scale: int) -> Any:
    if hasattr(predicate, "literals"):
        return type(predicate)(predicate.term.name, [_at(value.value, scale) for value in predicate.literals])
    if hasattr(predicate, "literal"):
        return type(predicate)(predicate.term.name, _at(predicate.literal.value, scale))
    return predicate


def _at(value: Any, scale: int) -> Decimal:
    """The same number with so many digits after its point."""
    exact = Decimal(str(value))
    scaled = exact.quantize(Decimal(1).scaleb(-scale), context=ENOUGH)
    if scaled != exact:
        raise ValueError(f"{value} has more than {scale} digits after its point")
    return scaled
