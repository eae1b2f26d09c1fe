"""Queries that see the columns of a query around them, of which Trino runs only some."""

from collections.abc import Sequence
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.queries.aggregating import is_aggregation

Names = Sequence[tuple[str, ...]]
_CUT: Final = (exp.Limit, exp.Offset, exp.Fetch)
_NEVER: Final = (exp.Window, exp.Having, exp.SetOperation, exp.Values)


def refuse_correlated(query: Any, used: Names, *, of: str = "") -> None:
    """Make sure that Trino runs such a query; some that it would run are refused, too.

    Args:
        used: the names of columns that it sees around it; none if it is not correlated.
        of: IN or EXISTS, if it stands behind one.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    if not used:
        return
    if isinstance(query, exp.Values):
        raise _refusal()
    for part in query.walk(prune=lambda part: part is not query and _is_apart(part, used)):
        if part is not query and _is_apart(part, used):
            continue
        if _is_refused(part, used, query, of):
            raise _refusal()
        if isinstance(part, exp.Join) and part.args.get("on") is not None and _named(part.args["on"], used):
            raise SqlError("NOT_SUPPORTED", "Reference to a column from outer scope not allowed in this context")
    if of == "IN" and any(_named(item, used) for item in query.expressions):
        raise _refusal()


def _is_refused(part: Any, used: Names, query: Any, of: str) -> bool:
    if isinstance(part, _CUT):
        return of != "EXISTS" and not all(isinstance(column.parent, exp.EQ) for column in _named(query, used))
    if isinstance(part, exp.Having):
        return of != "EXISTS"
    if isinstance(part, exp.Unnest):
        return bool(of and _named(part, used))
    return isinstance(part, _NEVER) or (is_aggregation(part) and bool(_named(part, used)))


def _is_apart(part: Any, used: Names) -> bool:
    """Whether it is a query, or VALUES in FROM, that sees nothing around the whole."""
    return isinstance(part, exp.Query | exp.Values) and not _named(part, used)


def _named(node: Any, used: Names) -> list[Any]:
    """The columns in it that are of the queries around."""
    return [
        column
        for column in node.find_all(exp.Column)
        if any(tuple(part.name.lower() for part in column.parts)[: len(names)] == names for names in used)
    ]


def _refusal() -> SqlError:
    return SqlError("NOT_SUPPORTED", "Given correlated subquery is not supported here")
