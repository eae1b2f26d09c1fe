"""Queries in the place of a value."""

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, field_of
from scenarios.targets.embedded.athena.sql.comparison import OPERATORS, compared
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.scope import Env, Watched
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, common, row

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder
    from scenarios.targets.embedded.athena.sql.queries.query import Query


def scalar(binder: "Binder", node: Any) -> Bound:
    """The one value that a query gives; NULL if it gives none. Several columns make a row."""
    query = _query(binder, node)
    if len(query.types) == 1:
        return Bound(query.types[0], f"({query.sql})")
    kind = row(query.types, query.names)
    fields = ", ".join(f"f{place} := c{place}" for place in range(len(query.types)))
    return Bound(kind, f"(SELECT CAST(struct_pack({fields}) AS {kind.duckdb}) FROM ({query.sql}) s)")


def exists(binder: "Binder", node: Any) -> Bound:
    """Whether a query gives any row."""
    return Bound(BOOLEAN, f"(EXISTS ({_query(binder, node.this, of='EXISTS').sql}))")


def member(binder: "Binder", node: Any) -> Bound:
    """Whether a value is among those that a query gives."""
    value, query = binder.bind(node.this), _query(binder, node.args["query"], of="IN")
    if len(query.types) != 1 or value.type.kind == "row":
        return _row_in(value, query)
    kind = common(value.type, query.types[0])
    if kind is None:
        raise SqlError(
            "TYPE_MISMATCH",
            f"Value expression and result of subquery must be of the same type: {value.type} vs {query.types[0]}",
        )
    if kind.of or kind.kind == "timestamp with time zone":
        raise not_supported(f"IN of a query of {kind}")
    found = coerced(Bound(query.types[0], "c0"), kind)
    return Bound(BOOLEAN, f"({coerced(value, kind).sql} IN (SELECT {found.sql} FROM ({query.sql}) s))")


def _row_in(value: Bound, query: "Query") -> Bound:
    """Whether a row of values is among those of several columns; NULL is one of them, and NULL itself."""
    given = value.type.of if value.type.kind == "row" else ()
    kinds = [common(*pair) for pair in zip(given, query.types, strict=False)]
    if len(given) != len(query.types) or None in kinds:
        raise SqlError(
            "TYPE_MISMATCH",
            f"Value expression and result of subquery must be of the same type: {value.type} vs {row(query.types)}",
        )
    tests = []
    for place, (kind, found) in enumerate(zip(kinds, query.types, strict=True)):
        if kind is None or kind.of or kind.kind == "timestamp with time zone":
            raise not_supported(f"IN of a query of {kind} beside others")
        ours, theirs = coerced(field_of(value, place), kind), coerced(Bound(found, f"s.c{place}"), kind)
        tests.append(f"{ours.sql} IS NOT DISTINCT FROM {theirs.sql}")
    return Bound(BOOLEAN, f"(EXISTS (SELECT 1 FROM ({query.sql}) s WHERE {' AND '.join(tests)}))")


def quantified(binder: "Binder", node: Any) -> Bound:
    """A comparison with any of the values, or with all of them, that a query gives."""
    value, query = binder.bind(node.this), _query(binder, node.expression.this)
    if len(query.types) != 1:
        raise SqlError("NOT_SUPPORTED", "a comparison with a query of several columns")
    operator, other = OPERATORS[type(node)], Bound(query.types[0], "s.c0")
    if (operator, type(node.expression)) in (("<>", exp.Any), ("=", exp.All)):
        # Of the least and the greatest to Trino, which is something else beside NULL and NaN.
        raise not_supported(f"{operator} {'ALL' if operator == '=' else 'ANY'} of a query")
    same = compared(operator, value, other).sql
    if isinstance(node.expression, exp.All):
        return Bound(BOOLEAN, f"(SELECT {_every(same)} FROM ({query.sql}) s)")
    return Bound(BOOLEAN, f"(NOT (SELECT {_every(f'(NOT {same})')} FROM ({query.sql}) s))")


def _every(test: str) -> str:
    """TRUE of no rows, FALSE if one is FALSE, else NULL if one is."""
    return f"CASE WHEN NOT bool_and({test}) THEN FALSE WHEN count(*) > count({test}) THEN NULL ELSE TRUE END"


def _query(binder: "Binder", node: Any, *, of: str = "") -> "Query":
    # Each needs the other.
    from scenarios.targets.embedded.athena.sql.queries.correlation import refuse_correlated  # noqa: PLC0415
    from scenarios.targets.embedded.athena.sql.queries.query import bind_query  # noqa: PLC0415

    env = binder.env
    if binder.variables:
        raise not_supported("a query in a lambda")
    seen = Watched.of(binder.scope)
    query = bind_query(node.unnest(), Env(env.statement, env.database, seen, env.named))
    if seen.used and not binder.correlates:
        raise SqlError("NOT_SUPPORTED", "Reference to a column from outer scope not allowed in this context")
    refuse_correlated(node.unnest(), seen.used, of=of)
    return query
