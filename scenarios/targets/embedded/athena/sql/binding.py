"""An expression as sqlglot has parsed it, bound: each part gets its Trino type, and is written as DuckDB's SQL.

Only what is written down here is known. All else is refused as NOT_SUPPORTED, so that nothing is answered by what
DuckDB happens to make of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.arithmetic import calculated
from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.comparison import OPERATORS, compared
from scenarios.targets.embedded.athena.sql.errors import SqlError, unknown
from scenarios.targets.embedded.athena.sql.forms import FORMS
from scenarios.targets.embedded.athena.sql.scope import Env, Scope
from scenarios.targets.embedded.athena.sql.types import UNKNOWN, Type, common

_CALCULATED: Final[dict[type[exp.Expression], str]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}


class Binder:
    """Binds expressions over some columns.

    Attributes:
        variables: arguments of the lambdas around the expression.
        correlates: whether queries in the expression see its columns.
    """

    correlates = True

    def __init__(self, env: Env, scope: Scope, variables: Mapping[str, Bound] | None = None) -> None:
        self.env = env
        self.scope = scope
        self.variables = variables or {}

    def bind(self, node: Any) -> Bound:
        """The expression with its type.

        Raises:
            SqlError: it is wrong, or not known here.
        """
        try:
            return self._bound(node)
        except SqlError as error:
            error.locate(node)
            raise

    def _bound(self, node: Any) -> Bound:
        kind: type[exp.Expression] = type(node)
        if kind in _CALCULATED:
            return calculated(_CALCULATED[kind], self.bind(node.this), self.bind(node.expression))
        if kind in OPERATORS and not isinstance(node.expression, exp.Any | exp.All):
            return compared(OPERATORS[kind], self.bind(node.this), self.bind(node.expression))
        if isinstance(node, exp.Column | exp.Identifier):
            return self.named(node)
        if kind not in FORMS:
            raise unknown(node)
        return FORMS[kind](self, node)

    def named(self, node: Any) -> Bound:
        """A column, a field of one, or a lambda's argument."""
        parts = [part.name for part in node.parts] if isinstance(node, exp.Column) else [node.name]
        if len(parts) == 1 and parts[0].lower() in self.variables:
            return self.variables[parts[0].lower()]
        return self.scope.find(parts)

    def within(self, variables: Mapping[str, Bound]) -> "Binder":
        """A binder for the body of a lambda with these arguments."""
        return Binder(self.env, self.scope, {**self.variables, **variables})

    def alike(self, nodes: Sequence[exp.Expression], what: str) -> tuple[Type, list[Bound]]:
        """Several as values of the type that all have in common.

        Raises:
            SqlError: they have none.
        """
        return alike([self.bind(node) for node in nodes], what)


def alike(values: Sequence[Bound], what: str) -> tuple[Type, list[Bound]]:
    """Several as values of the type that all have in common.

    Raises:
        SqlError: they have none.
    """
    kind: Type | None = UNKNOWN
    for value in values:
        kind = kind and common(kind, value.type)
    if kind is None:
        shown = ", ".join(str(value.type) for value in values)
        raise SqlError("TYPE_MISMATCH", f"All {what} must be the same type or coercible to a common type: {shown}")
    return kind, [coerced(value, kind) for value in values]
