"""Calls of aggregations and of functions over windows, with DISTINCT, ORDER BY, FILTER, IGNORE NULLS and OVER."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, condition
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, unknown
from scenarios.targets.embedded.athena.sql.functions.aggregates import AGGREGATES, NAMES
from scenarios.targets.embedded.athena.sql.functions.windows import RANKING
from scenarios.targets.embedded.athena.sql.queries.ordering import ordered
from scenarios.targets.embedded.athena.sql.types import UNKNOWN

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

_WRAPPERS: Final = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)


@dataclass
class Call:
    """An aggregation as it is written, taken apart."""

    name: str
    arguments: Sequence[Any]
    is_distinct: bool = False
    order: Sequence[Any] = ()
    where: Any = None
    ignores_nulls: bool = False
    over: str = field(default="")


def is_aggregation(node: Any) -> bool:
    """Whether a node is the call of an aggregation, which no OVER makes one of a window."""
    while isinstance(node, _WRAPPERS):
        node = node.this
    if isinstance(node, exp.GroupConcat):
        return True
    return isinstance(node, exp.Anonymous) and node.this.lower() in NAMES


def taken_apart(node: Any) -> Call:
    """The call that a node is.

    Raises:
        SqlError: it is none that is known here.
    """
    if isinstance(node, exp.Filter):
        call = taken_apart(node.this)
        call.where = node.expression.this
        return call
    if isinstance(node, exp.IgnoreNulls | exp.RespectNulls):
        call = taken_apart(node.this)
        call.ignores_nulls = isinstance(node, exp.IgnoreNulls)
        return call
    if isinstance(node, exp.GroupConcat):
        return _in_order(Call("listagg", [node.this, *filter(None, [node.args.get("separator")])]))
    if not isinstance(node, exp.Anonymous):
        raise unknown(node)
    return _in_order(Call(node.this.lower(), [a for a in node.expressions if not isinstance(a, exp.Star)]))


def _in_order(call: Call) -> Call:
    """With what stands in front of the arguments, and behind the last, taken out of them."""
    arguments = list(call.arguments)
    for place, argument in enumerate(arguments):
        if isinstance(argument, exp.Order):
            call.order, arguments[place] = argument.expressions, argument.this
    if arguments and isinstance(arguments[0], exp.Distinct):
        call.is_distinct, arguments[0:1] = True, arguments[0].expressions
    call.arguments = arguments
    return call


def bind_call(call: Call, binder: "Binder") -> Bound:
    """The call with its type, over rows whose columns `binder` knows.

    Raises:
        SqlError: there is no such aggregation, or it does not take these arguments.
    """
    values = [binder.bind(argument) for argument in call.arguments]
    if call.name == "listagg" and not call.order:
        raise SqlError("SYNTAX_ERROR", "mismatched input. Expecting: 'WITHIN'")
    if call.is_distinct:
        values = [grouped(value) for value in values]
    where = condition(binder.bind(call.where), "FILTER clause").sql if call.where else None
    by = ", ".join(ordered(term, binder.bind(term.this)) for term in call.order)

    def over(name: str, *arguments: str, order: str = "") -> str:
        inner = ", ".join(arguments)
        inner = f"DISTINCT {inner}" if call.is_distinct and not inner.startswith("DISTINCT ") else inner
        inner += f" ORDER BY {by or order}" if by or order else ""
        inner += " IGNORE NULLS" if call.ignores_nulls else ""
        return f"{name}({inner}){f' FILTER (WHERE {where})' if where else ''}{call.over}"

    if call.name in NAMES - AGGREGATES.keys():
        raise not_supported(f"aggregation {call.name}")
    makers = {**AGGREGATES, **RANKING} if call.over else AGGREGATES
    if call.name not in makers:
        raise (
            SqlError("FUNCTION_NOT_FOUND", f"Function '{call.name}' not registered")
            if not call.over
            else (not_supported(f"{call.name} over a window"))
        )
    found = makers[call.name](values, over)
    if not found:
        if any(value.type == UNKNOWN for value in values):
            raise not_supported(f"{call.name} of NULL without a type")
        shown = ", ".join(str(value.type) for value in values)
        raise SqlError("FUNCTION_NOT_FOUND", f"Unexpected parameters ({shown}) for function {call.name}")
    return Bound(found.type, f"({found.sql})")
