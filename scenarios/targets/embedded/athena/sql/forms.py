"""The forms that an expression may have: CASE, IN, CAST, subqueries and so on, and calls of functions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql import literals, nested, subqueries
from scenarios.targets.embedded.athena.sql.arithmetic import negated
from scenarios.targets.embedded.athena.sql.bound import Bound, bind_null, condition, text
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.comparison import compared, distinct
from scenarios.targets.embedded.athena.sql.errors import SqlError, unknown
from scenarios.targets.embedded.athena.sql.functions import patterns
from scenarios.targets.embedded.athena.sql.functions.aggregates import AGGREGATES
from scenarios.targets.embedded.athena.sql.functions.calls import call
from scenarios.targets.embedded.athena.sql.functions.lambdas import LAMBDAS
from scenarios.targets.embedded.athena.sql.functions.windows import RANKING
from scenarios.targets.embedded.athena.sql.logic import conjunction
from scenarios.targets.embedded.athena.sql.parsing import TypedLiteral
from scenarios.targets.embedded.athena.sql.times import current
from scenarios.targets.embedded.athena.sql.trying import tried
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, JSON, VARCHAR
from scenarios.targets.embedded.athena.sql.written_types import written_type

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder


def _literal(_binder: "Binder", node: Any) -> Bound:
    return literals.string(node.this) if node.is_string else literals.number(node.this)


def _minus(binder: "Binder", node: Any) -> Bound:
    # The least of all integers has no positive counterpart.
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return literals.number(f"-{node.this.this}")
    return negated(binder.bind(node.this))


def _not(binder: "Binder", node: Any) -> Bound:
    return Bound(BOOLEAN, f"(NOT {condition(binder.bind(node.this), 'Value of logical NOT expression').sql})")


def _is(binder: "Binder", node: Any) -> Bound:
    if not isinstance(node.expression, exp.Null):
        raise unknown(node)
    return Bound(BOOLEAN, f"({binder.bind(node.this).sql} IS NULL)")


def _between(binder: "Binder", node: Any) -> Bound:
    value, low, high = (binder.bind(node.args[name]) for name in ("this", "low", "high"))
    return Bound(BOOLEAN, f"({compared('>=', value, low).sql} AND {compared('<=', value, high).sql})")


def _in(binder: "Binder", node: Any) -> Bound:
    if node.args.get("query"):
        return subqueries.member(binder, node)
    if not node.expressions:
        raise unknown(node)
    _, (value, *others) = binder.alike([node.this, *node.expressions], "IN values")
    if value.type.kind in _PLAIN:
        compared("=", value, others[0])
        return Bound(BOOLEAN, f"({value.sql} IN ({', '.join(other.sql for other in others)}))")
    return Bound(BOOLEAN, f"({' OR '.join(compared('=', value, other).sql for other in others)})")


_PLAIN: Final = (
    *("boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "varchar", "char", "varbinary"),
    *("date", "time", "timestamp"),
)
"""Kinds of whose values DuckDB has the same idea of what is the same."""


def _case(binder: "Binder", node: Any) -> Bound:
    branches = node.args["ifs"]
    value = binder.bind(node.this) if node.this else None
    whens = [binder.bind(branch.this) for branch in branches]
    tests = [condition(when, "CASE WHEN clause") if value is None else compared("=", value, when) for when in whens]
    default = node.args.get("default") or exp.Null()
    kind, results = binder.alike([*(branch.args["true"] for branch in branches), default], "CASE results")
    arms = (f"WHEN {test.sql} THEN {result.sql}" for test, result in zip(tests, results[:-1], strict=True))
    return Bound(kind, f"(CASE {' '.join(arms)} ELSE {results[-1].sql} END)")


def _if(binder: "Binder", node: Any) -> Bound:
    test = condition(binder.bind(node.this), "IF condition")
    kind, (true, false) = binder.alike([node.args["true"], node.args.get("false") or exp.Null()], "IF results")
    return Bound(kind, f"(CASE WHEN {test.sql} THEN {true.sql} ELSE {false.sql} END)")


def _coalesce(binder: "Binder", node: Any) -> Bound:
    kind, values = binder.alike(node.expressions, "COALESCE operands")
    return Bound(kind, f"coalesce({', '.join(value.sql for value in values)})")


def _nullif(binder: "Binder", node: Any) -> Bound:
    value, other = (binder.bind(operand) for operand in node.expressions)
    same = compared("=", value, other)
    return Bound(value.type, f"(CASE WHEN {same.sql} THEN NULL ELSE {value.sql} END)")


def _distinct(*, is_not: bool) -> "Form":
    def bind(binder: "Binder", node: Any) -> Bound:
        found = distinct(binder.bind(node.this), binder.bind(node.expression))
        return Bound(BOOLEAN, f"(NOT {found.sql})" if is_not else found.sql)

    return bind


def _cast(binder: "Binder", node: Any) -> Bound:
    return cast(binder.bind(node.this), written_type(node.args["to"]))


def _try_cast(binder: "Binder", node: Any) -> Bound:
    return tried(_cast(binder, node))


def _try(binder: "Binder", node: Any) -> Bound:
    [value] = (binder.bind(operand) for operand in node.expressions)
    return tried(value)


def _interval(_binder: "Binder", node: Any) -> Bound:
    unit = node.args.get("unit")
    if unit is None:
        # So sqlglot reads a number behind an interval and a sign.
        raise SqlError("TYPE_MISMATCH", f"Cannot apply operator to an interval and {node.this.sql()}")
    span = (unit.this.name, unit.expression.name) if isinstance(unit, exp.IntervalSpan) else (unit.name, None)
    first, last = str(span[0]).upper(), None if span[1] is None else str(span[1]).upper()
    written, sign = node.this, ""
    if isinstance(written, exp.Neg):
        written, sign = written.this, "-"
    return literals.interval(f"{sign}{written.name}", first, last)


def _call(binder: "Binder", node: Any) -> Bound:
    name = node.this.lower()
    if name in _SPECIAL_FORMS:
        return _SPECIAL_FORMS[name](binder, node)
    if name in LAMBDAS and any(isinstance(argument, exp.Lambda) for argument in node.expressions):
        return LAMBDAS[name](binder, node.expressions)
    if name in RANKING:
        raise SqlError("MISSING_OVER", f"Window function {name} requires an OVER clause")
    if name in AGGREGATES:
        raise SqlError("EXPRESSION_NOT_SCALAR", f"{name} cannot stand here: it is an aggregation")
    return call(name, [binder.bind(argument) for argument in node.expressions])


def _named_call(name: str, *parts: str) -> "Form":
    """A function that has a grammar of its own, such as `position(… IN …)`."""

    def bind(binder: "Binder", node: Any) -> Bound:
        return call(name, [binder.bind(node.args[part]) for part in parts if node.args.get(part)])

    return bind


def _extract(binder: "Binder", node: Any) -> Bound:
    return call(node.this.name.lower(), [binder.bind(node.expression)])


def _at_time_zone(binder: "Binder", node: Any) -> Bound:
    return call("at_timezone", [binder.bind(node.this), binder.bind(node.args["zone"])])


def _trim(binder: "Binder", node: Any) -> Bound:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get((node.args.get("position") or "").upper(), "trim")
    arguments = [node.this, node.expression] if node.expression else [node.this]
    return call(name, [binder.bind(argument) for argument in arguments])


def _normalize(binder: "Binder", node: Any) -> Bound:
    form = node.args.get("form")
    return call("normalize", [binder.bind(node.this), literals.string(form.name if form else "NFC")])


def _json(_binder: "Binder", node: Any) -> Bound:
    if not node.args.get("is_literal"):
        raise unknown(node)
    return literals.typed(node.this.name, JSON)


def _unicode(_binder: "Binder", node: Any) -> Bound:
    if node.args.get("escape"):
        raise unknown(node)
    return literals.unicode_string(node.this)


Form = Callable[["Binder", Any], Bound]

FORMS: Final[dict[type[exp.Expression], Form]] = {
    exp.Literal: _literal,
    exp.ParseJSON: _json,
    exp.HexString: lambda _binder, node: literals.binary(node.args["this"]),
    exp.UnicodeString: _unicode,
    TypedLiteral: lambda _binder, node: literals.typed(node.this.name, written_type(node.args["to"])),
    exp.Interval: _interval,
    exp.Boolean: lambda _binder, node: literals.boolean(node.this),
    exp.Null: lambda _binder, _node: bind_null(),
    exp.Paren: lambda binder, node: binder.bind(node.this),
    exp.Neg: _minus,
    exp.And: conjunction("AND"),
    exp.Or: conjunction("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Case: _case,
    exp.If: _if,
    exp.Anonymous: _call,
    exp.DPipe: _named_call("concat", "this", "expression"),
    exp.StrPosition: _named_call("strpos", "this", "substr"),
    exp.Substring: _named_call("substr", "this", "start", "length"),
    exp.Trim: _trim,
    exp.Normalize: _normalize,
    exp.Extract: _extract,
    exp.AtTimeZone: _at_time_zone,
    exp.NullSafeNEQ: _distinct(is_not=False),
    exp.NullSafeEQ: _distinct(is_not=True),
    exp.Cast: _cast,
    exp.TryCast: _try_cast,
    exp.Like: patterns.like,
    exp.Escape: patterns.like,
    exp.Array: nested.array_of,
    exp.Tuple: nested.row_of,
    exp.Bracket: nested.subscript,
    exp.Dot: nested.dereference,
    exp.Subquery: subqueries.scalar,
    exp.Select: subqueries.scalar,
    exp.Exists: subqueries.exists,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), subqueries.quantified),
    exp.CurrentDate: current.date,
    exp.CurrentTimestamp: current.timestamp_now,
    exp.Localtimestamp: current.local,
}

_SPECIAL_FORMS: Final[dict[str, Form]] = {
    "coalesce": _coalesce,
    "nullif": _nullif,
    "try": _try,
    "row": nested.row_of,
    "now": current.timestamp_now,
    "current_timezone": lambda _binder, _node: Bound(VARCHAR, text("UTC")),
}
"""Not all of their arguments are evaluated, or they are no functions to Trino."""
