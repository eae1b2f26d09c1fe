"""AND and OR, from left to right: what comes later is not evaluated where it no longer matters, so it does not fail.

DuckDB evaluates the parts in an order of its own. One that may fail is put behind those before it; one that cannot
stays as it is, so that a scan may be told of it.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import FAILS, Bound, condition
from scenarios.targets.embedded.athena.sql.types import BOOLEAN

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

_MOST_GUARDED: Final = 8
"""Parts behind others: each has all before it in it once more."""
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_FAILING: Final = re.compile(r"keystone_|//|[%+*/-]|\b(?:add|subtract|multiply)\(")
_COMPARED: Final = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In)


def conjunction(operator: str) -> "Callable[[Binder, Any], Bound]":
    """AND or OR."""
    undecided = "IS NOT FALSE" if operator == "AND" else "IS NOT TRUE"

    def bind(binder: "Binder", node: Any) -> Bound:
        made: list[str] = []
        guarded = 0
        for part in _parts(node):
            sql = condition(binder.bind(part), "Logical expression term").sql
            if made and guarded < _MOST_GUARDED and _may_fail(part, sql):
                guarded += 1
                sql = f"(CASE WHEN {_joined(made, operator)} {undecided} THEN {sql} END)"
            made.append(sql)
        return Bound(BOOLEAN, _joined(made, operator))

    return bind


def _joined(parts: Sequence[str], operator: str) -> str:
    return f"({f' {operator} '.join(parts)})"


def _parts(node: Any) -> list[Any]:
    """What one kind of operator joins, from left to right; what is in parentheses is one part."""
    left = _parts(node.this) if type(node.this) is type(node) else [node.this]
    return [*left, *(_parts(node.expression) if type(node.expression) is type(node) else [node.expression])]


def _may_fail(node: Any, sql: str) -> bool:
    if isinstance(node, _COMPARED) and isinstance(node.this, exp.Column):
        # What a column is compared with fails, if at all, for every row.
        others = list(node.iter_expressions())[1:]
        if not any(other.find(exp.Column, exp.Query) for other in others):
            return False
    return FAILS in sql or _FAILING.search(_TEXT.sub("''", sql)) is not None
