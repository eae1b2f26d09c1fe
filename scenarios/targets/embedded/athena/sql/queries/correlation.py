"""Queries that see the columns of a query around them, of which Trino runs only some."""

from collections.abc import Sequence
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.queries.aggregating import is_aggregation

Names = Sequence[tuple[str, ...]]
_NOT_KNOWN: Final = (exp.Limit, exp.Offset, exp.Fetch, exp.Window, exp.Having, exp.SetOperation, exp.Values)


def refuse_correlated(query: Any, used: Names, *, is_member: bool = False) -> None:
    """Make sure that Trino runs such a query.

    Args:
        used: the names of columns that it sees around it; none if it is not correlated.
        is_member: whether it stands behind IN.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    if not used:
        return
    if isinstance(query, exp.Values):
        raise _refusal()
    for part in query.walk():
        if isinstance(part, _NOT_KNOWN) and not (isinstance(part, exp.Values) and _is_relation(part)):
            raise _refusal()
        if is_aggregation(part) and _names_one(part, used):
            raise _refusal()
        if isinstance(part, exp.Join) and part.args.get("on") is not None and _names_one(part.args["on"], used):
            raise SqlError("NOT_SUPPORTED", "Reference to a column from outer scope not allowed in this context")
    if is_member and any(_names_one(item, used) for item in query.expressions):
        raise _refusal()


def _is_relation(values: Any) -> bool:
    """Whether VALUES stands in FROM, and not in the place of a SELECT."""
    return isinstance(values.parent, exp.From | exp.Join | exp.Table | exp.Subquery)


def _names_one(node: Any, used: Names) -> bool:
    columns = (tuple(part.name.lower() for part in column.parts) for column in node.find_all(exp.Column))
    return any(column[: len(names)] == names for column in columns for names in used)


def _refusal() -> SqlError:
    return SqlError("NOT_SUPPORTED", "Given correlated subquery is not supported")
