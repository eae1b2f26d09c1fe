"""A query, bound: what it gives, and DuckDB's SQL for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.errors import SqlError, unknown
from scenarios.targets.embedded.athena.sql.scope import Env, Named
from scenarios.targets.embedded.athena.sql.types import Type, common


@dataclass(frozen=True)
class Query:
    """A query whose columns its SQL calls c0, c1 and so on; `names` are None for those that have none."""

    sql: str
    names: tuple[str | None, ...]
    types: tuple[Type, ...]


def bind_query(node: Any, env: Env) -> Query:
    """The query with its columns' types.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    from scenarios.targets.embedded.athena.sql.queries import selecting, sets, values  # noqa: PLC0415 - need this
    from scenarios.targets.embedded.athena.sql.queries.recursion import with_recursive  # noqa: PLC0415

    written = node.args.get("with_")
    if written is not None and written.args.get("recursive"):
        return with_recursive(node, env)
    env = _with(written, env)
    if isinstance(node, exp.Values):
        return sets.in_order(values.bind_values(node, env), node, env)
    if isinstance(node, exp.Select):
        return selecting.bind_select(node, env)
    if isinstance(node, exp.SetOperation):
        return sets.bind_set_operation(node, env)
    if isinstance(node, exp.Subquery) and not node.args.get("alias"):
        return sets.bind_nested(node, env)
    raise unknown(node)


def _with(written: Any, env: Env) -> Env:
    for one in written.expressions if written else []:
        alias = one.args["alias"]
        name = alias.name.lower()
        if name in {other.args["alias"].name.lower() for other in written.expressions if other is not one}:
            raise SqlError("DUPLICATE_NAMED_QUERY", f"WITH query name '{name}' specified more than once")
        named = Named(one.this, [column.name for column in alias.columns], env)
        if not _is_named(written.parent, one, name):
            _refuse_unread(named, name)
        env = replace(env, named={**env.named, name: named})
    return env


def _refuse_unread(named: Named, name: str) -> None:
    """What is wrong with a query shows even if nothing reads it."""
    found = bind_query(named.node, named.env)
    if named.columns and len(named.columns) != len(found.types):
        raise SqlError("MISMATCHED_COLUMN_ALIASES", f"'{name}' has {len(found.types)} columns available")


def _is_named(query: Any, one: Any, name: str) -> bool:
    return any(
        table.name.lower() == name and not table.db and table.find_ancestor(exp.CTE) is not one
        for table in query.find_all(exp.Table)
    )


def columns_as(query: Query, kinds: Sequence[Type]) -> str:
    """The query's SQL with its columns as values of other types."""
    if tuple(kinds) == query.types:
        return query.sql
    made = (
        coerced(Bound(kind, f"c{place}"), to).sql
        for place, (kind, to) in enumerate(zip(query.types, kinds, strict=True))
    )
    return f"SELECT {', '.join(f'{sql} AS c{place}' for place, sql in enumerate(made))} FROM ({query.sql}) q"


def in_common(left: Query, right: Query, what: str) -> list[Type]:
    """The types that the columns of both have in common.

    Raises:
        SqlError: they have none, or not as many columns.
    """
    if len(left.types) != len(right.types):
        raise SqlError(
            "TYPE_MISMATCH",
            f"{what} query has different number of fields: {len(left.types)}, {len(right.types)}",
        )
    kinds = []
    for place, (ours, theirs) in enumerate(zip(left.types, right.types, strict=True)):
        kind = common(ours, theirs)
        if kind is None:
            raise SqlError(
                "TYPE_MISMATCH", f"column {place + 1} in {what} query has incompatible types: {ours}, {theirs}"
            )
        kinds.append(kind)
    return kinds
