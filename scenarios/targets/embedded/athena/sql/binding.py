"""An expression as sqlglot has parsed it, bound: each part gets its Trino type, and is written as DuckDB's SQL.

Only what is written down here is known. All else is refused as NOT_SUPPORTED, so that nothing is answered by what
DuckDB happens to make of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql import literals
from scenarios.targets.embedded.athena.sql.arithmetic import calculated, negated
from scenarios.targets.embedded.athena.sql.bound import Bound, bind_null, coerced, condition
from scenarios.targets.embedded.athena.sql.casts import cast
from scenarios.targets.embedded.athena.sql.comparison import compared, distinct
from scenarios.targets.embedded.athena.sql.errors import SqlError, unknown
from scenarios.targets.embedded.athena.sql.functions.calls import call
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, UNKNOWN, Type, common
from scenarios.targets.embedded.athena.sql.written_types import written_type

_CALCULATED: Final[dict[type[exp.Expression], str]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}
_COMPARED: Final[dict[type[exp.Expression], str]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


@dataclass(frozen=True)
class Column:
    """A column that an expression may name; `relation` is None where none was given a name."""

    relation: str | None
    name: str | None
    value: Bound


class Binder:
    """Binds expressions over some columns."""

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self._columns = columns

    def bind(self, node: exp.Expression) -> Bound:
        """The expression with its type.

        Raises:
            SqlError: it is wrong, or not known here.
        """
        kind: type[exp.Expression] = type(node)
        if kind in _CALCULATED:
            return calculated(_CALCULATED[kind], self.bind(node.this), self.bind(node.expression))
        if kind in _COMPARED:
            return compared(_COMPARED[kind], self.bind(node.this), self.bind(node.expression))
        if kind not in _BY_KIND:
            raise unknown(node)
        return _BY_KIND[kind](self, node)

    def column(self, relation: str, name: str) -> Bound:
        """The column of that name; `relation` is empty where none is named.

        Raises:
            SqlError: there is none, or more than one.
        """
        shown = f"{relation}.{name}" if relation else name
        found = [
            column.value
            for column in self._columns
            if column.name == name.lower() and (not relation or column.relation == relation.lower())
        ]
        if not found:
            raise SqlError("COLUMN_NOT_FOUND", f"Column '{shown}' cannot be resolved")
        if len(found) > 1:
            raise SqlError("AMBIGUOUS_NAME", f"Column '{shown}' is ambiguous")
        return found[0]

    def alike(self, nodes: Sequence[exp.Expression], what: str) -> tuple[Type, list[Bound]]:
        """Several as values of the type that all have in common.

        Raises:
            SqlError: they have none.
        """
        values = [self.bind(node) for node in nodes]
        kind: Type | None = UNKNOWN
        for value in values:
            kind = kind and common(kind, value.type)
        if kind is None:
            shown = ", ".join(str(value.type) for value in values)
            raise SqlError("TYPE_MISMATCH", f"All {what} must be the same type or coercible to a common type: {shown}")
        return kind, [coerced(value, kind) for value in values]


def _literal(_binder: Binder, node: Any) -> Bound:
    return literals.string(node.this) if node.is_string else literals.number(node.this)


def _both(operator: str) -> Callable[[Binder, Any], Bound]:
    def bind(binder: Binder, node: Any) -> Bound:
        sides = (condition(binder.bind(side), "Logical expression term") for side in (node.this, node.expression))
        left, right = (side.sql for side in sides)
        return Bound(BOOLEAN, f"({left} {operator} {right})")

    return bind


def _not(binder: Binder, node: Any) -> Bound:
    return Bound(BOOLEAN, f"(NOT {condition(binder.bind(node.this), 'Value of logical NOT expression').sql})")


def _is(binder: Binder, node: Any) -> Bound:
    if not isinstance(node.expression, exp.Null):
        raise unknown(node)
    return Bound(BOOLEAN, f"({binder.bind(node.this).sql} IS NULL)")


def _between(binder: Binder, node: Any) -> Bound:
    value, low, high = (binder.bind(node.args[name]) for name in ("this", "low", "high"))
    return Bound(BOOLEAN, f"({compared('>=', value, low).sql} AND {compared('<=', value, high).sql})")


def _in(binder: Binder, node: Any) -> Bound:
    if not node.expressions:
        raise unknown(node)
    _, (value, *others) = binder.alike([node.this, *node.expressions], "IN values")
    return Bound(BOOLEAN, f"({' OR '.join(compared('=', value, other).sql for other in others)})")


def _case(binder: Binder, node: Any) -> Bound:
    branches = node.args["ifs"]
    value = binder.bind(node.this) if node.this else None
    whens = [binder.bind(branch.this) for branch in branches]
    tests = [condition(when, "CASE WHEN clause") if value is None else compared("=", value, when) for when in whens]
    default = node.args.get("default") or exp.Null()
    kind, results = binder.alike([*(branch.args["true"] for branch in branches), default], "CASE results")
    arms = (f"WHEN {test.sql} THEN {result.sql}" for test, result in zip(tests, results[:-1], strict=True))
    return Bound(kind, f"(CASE {' '.join(arms)} ELSE {results[-1].sql} END)")


def _if(binder: Binder, node: Any) -> Bound:
    test = condition(binder.bind(node.this), "IF condition")
    kind, (true, false) = binder.alike([node.args["true"], node.args.get("false") or exp.Null()], "IF results")
    return Bound(kind, f"(CASE WHEN {test.sql} THEN {true.sql} ELSE {false.sql} END)")


def _coalesce(binder: Binder, node: Any) -> Bound:
    kind, values = binder.alike(node.expressions, "COALESCE operands")
    return Bound(kind, f"coalesce({', '.join(value.sql for value in values)})")


def _nullif(binder: Binder, node: Any) -> Bound:
    value, other = (binder.bind(operand) for operand in node.expressions)
    same = compared("=", value, other)
    return Bound(value.type, f"(CASE WHEN {same.sql} THEN NULL ELSE {value.sql} END)")


def _distinct(*, is_not: bool) -> Callable[[Binder, Any], Bound]:
    def bind(binder: Binder, node: Any) -> Bound:
        found = distinct(binder.bind(node.this), binder.bind(node.expression))
        return Bound(BOOLEAN, f"(NOT {found.sql})" if is_not else found.sql)

    return bind


def _cast(binder: Binder, node: Any) -> Bound:
    return cast(binder.bind(node.this), written_type(node.args["to"]))


def _try_cast(binder: Binder, node: Any) -> Bound:
    made = _cast(binder, node)
    return Bound(made.type, f"TRY({made.sql})")


def _try(binder: Binder, node: Any) -> Bound:
    [value] = (binder.bind(operand) for operand in node.expressions)
    return Bound(value.type, f"TRY({value.sql})")


def _call(binder: Binder, node: Any) -> Bound:
    name = node.this.lower()
    if name in _SPECIAL_FORMS:
        return _SPECIAL_FORMS[name](binder, node)
    return call(name, [binder.bind(argument) for argument in node.expressions])


def _joined(binder: Binder, node: Any) -> Bound:
    return call("concat", [binder.bind(node.this), binder.bind(node.expression)])


_BY_KIND: Final[dict[type[exp.Expression], Callable[[Binder, Any], Bound]]] = {
    exp.Literal: _literal,
    exp.Boolean: lambda _binder, node: literals.boolean(node.this),
    exp.Null: lambda _binder, _node: bind_null(),
    exp.Column: lambda binder, node: binder.column(node.table, node.name),
    exp.Paren: lambda binder, node: binder.bind(node.this),
    exp.Neg: lambda binder, node: negated(binder.bind(node.this)),
    exp.And: _both("AND"),
    exp.Or: _both("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Case: _case,
    exp.If: _if,
    exp.Anonymous: _call,
    exp.DPipe: _joined,
    exp.NullSafeNEQ: _distinct(is_not=False),
    exp.NullSafeEQ: _distinct(is_not=True),
    exp.Cast: _cast,
    exp.TryCast: _try_cast,
}

_SPECIAL_FORMS: Final[dict[str, Callable[[Binder, Any], Bound]]] = {
    "coalesce": _coalesce,
    "nullif": _nullif,
    "try": _try,
}
"""Not all of their arguments are evaluated."""
