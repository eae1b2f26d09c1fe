"""Conditions whose literals a table's columns can be compared with; what cannot be compared is taken as true."""

from decimal import Context, Decimal
from typing import Any, Final

from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.expressions.visitors import bind, rewrite_not, visit
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType

from scenarios.targets.embedded.athena.lake.conditions import Rewritten

ENOUGH: Final = Context(prec=100)


def fitted(where: BooleanExpression, schema: Schema) -> BooleanExpression:
    """A condition that is true wherever `where` is, and that pyiceberg can judge by `schema`.

    It refuses a decimal of another scale than the column's, among others: `price > 0.5` of a decimal(12,2).

    Raises:
        ValueError: a column is not there.
    """
    return visit(rewrite_not(where), _Fitted(schema))


class _Fitted(Rewritten):
    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def visit_unbound_predicate(self, predicate: Any) -> BooleanExpression:
        kind = self._schema.find_field(predicate.term.name, case_sensitive=False).field_type
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
