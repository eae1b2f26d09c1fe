"""UNION, INTERSECT and EXCEPT, and queries in parentheses."""

from dataclasses import replace
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.queries.ordering import limit, order_by
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query, columns_as, in_common
from scenarios.targets.embedded.athena.sql.scope import Column, Env, Scope

_WORDS: Final[dict[type[exp.Expression], str]] = {
    exp.Union: "UNION",
    exp.Intersect: "INTERSECT",
    exp.Except: "EXCEPT",
}


def bind_set_operation(node: Any, env: Env) -> Query:
    """Two queries' rows as one's, in columns of the types that both have in common.

    Raises:
        SqlError: they have none, or something in them is wrong.
    """
    word = _WORDS[type(node)]
    left, right = bind_query(node.this, env), bind_query(node.expression, env)
    kinds = in_common(left, right, word)
    sides = [columns_as(query, kinds) for query in (left, right)]
    if node.args.get("distinct"):
        keys = [grouped(Bound(kind, f"s.c{place}")).sql for place, kind in enumerate(kinds)]
        listed = ", ".join(f"{key} AS c{place}" for place, key in enumerate(keys))
        sides = [f"SELECT {listed} FROM ({side}) s" for side in sides]
    else:
        word += " ALL"
    sql = f"(SELECT * FROM ({sides[0]}) a {word} SELECT * FROM ({sides[1]}) b)"
    return in_order(Query(f"SELECT * FROM {sql} u", left.names, tuple(kinds)), node, env)


def bind_nested(node: Any, env: Env) -> Query:
    """A query in parentheses, which may be put in order once more behind them."""
    return in_order(bind_query(node.this, env), node, env)


def in_order(query: Query, node: Any, env: Env) -> Query:
    """The query's rows as ORDER BY, LIMIT and OFFSET behind it say."""
    order, cut = node.args.get("order"), limit(node)
    if order is None and not cut:
        return query
    values = [Bound(kind, f"o.c{place}") for place, kind in enumerate(query.types)]
    columns = [
        Column(None, name.lower() if name else None, value) for name, value in zip(query.names, values, strict=True)
    ]
    by = order_by(order, Binder(env, Scope(columns)), values)
    return replace(query, sql=f"SELECT * FROM ({query.sql}) o{by}{cut}")
