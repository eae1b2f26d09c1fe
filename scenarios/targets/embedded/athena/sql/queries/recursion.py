"""WITH RECURSIVE: as many steps as Athena makes, each a query of the one before it."""

from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, fail, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query, columns_as, in_common
from scenarios.targets.embedded.athena.sql.scope import Env, Named, Recursion

DEPTH: Final = 10
"""Steps. Source: https://docs.aws.amazon.com/athena/latest/ug/select.html"""


def with_recursive(node: Any, env: Env) -> Query:
    """A query over one that is made of itself.

    Raises:
        SqlError: there are several, or it has no names for its columns, or reads itself where it must not.
    """
    written = node.args["with_"]
    if len(written.expressions) != 1 or not isinstance(written.expressions[0].this, exp.Union):
        raise not_supported("WITH RECURSIVE of anything but one query that is a UNION ALL")
    [one] = written.expressions
    union, name = one.this, one.args["alias"].name.lower()
    if not _own(union, name):
        written = written.copy()
        written.set("recursive", None)
        plain = node.copy()
        plain.set("with_", written)
        return bind_query(plain, env)
    names = _names(one)
    _refuse_step(union, name)
    base = bind_query(union.this, env)
    if len(names) != len(base.types):
        raise SqlError("MISMATCHED_COLUMN_ALIASES", f"{len(names)} names for {len(base.types)} columns")
    columns = [(column, Bound(kind, f"c{at}")) for at, (column, kind) in enumerate(zip(names, base.types, strict=True))]
    tables = [unique("w") for _ in range(DEPTH + 3)]
    levels, made = tables[:-1], tables[-1]
    parts = [f"{levels[0]} AS MATERIALIZED ({base.sql})"]
    for before, after in pairwise(levels):
        step = bind_query(union.expression, _seeing(env, name, names, Recursion(before, columns)))
        if in_common(base, step, "recursive") != list(base.types):
            raise SqlError("TYPE_MISMATCH", "Recursion step must have the types of the base query")
        parts.append(f"{after} AS MATERIALIZED ({columns_as(step, base.types)})")
    parts.append(f"{made} AS MATERIALIZED ({_all_of(levels, base)})")
    rest = node.copy()
    rest.set("with_", None)
    query = bind_query(rest, _seeing(env, name, names, Recursion(made, columns)))
    return replace(query, sql=f"WITH {', '.join(parts)} {query.sql}")


def _seeing(env: Env, name: str, names: list[str], table: Recursion) -> Env:
    return replace(env, named={**env.named, name: Named(exp.Null(), names, env, table)})


def _all_of(levels: list[str], base: Query) -> str:
    """All rows of the levels; if there is one of the last, the recursion is too deep."""
    said = f"Recursion depth limit exceeded ({DEPTH}). Use 'max_recursion_depth' session property to modify the limit."
    failure = f"CAST({fail('NOT_SUPPORTED', said)} AS VARCHAR)"
    listed = ", ".join(f"CAST({failure} AS {kind.duckdb}) AS c{at}" for at, kind in enumerate(base.types))
    return " UNION ALL ".join(
        [f"SELECT {listed} FROM {levels[-1]}", *(f"SELECT * FROM {level}" for level in levels[:-1])]
    )


def _own(union: Any, name: str) -> list[Any]:
    """Where the query reads itself."""
    return [table for table in union.find_all(exp.Table) if table.name.lower() == name and not table.db]


def _names(one: Any) -> list[str]:
    names = [column.name.lower() for column in one.args["alias"].columns]
    if not names:
        raise SqlError("MISSING_COLUMN_ALIASES", "Recursive queries must have column aliases")
    if len(set(names)) < len(names):
        raise SqlError("DUPLICATE_COLUMN_NAME", "Column names of a recursive query are not distinct")
    return names


def _refuse_step(union: Any, name: str) -> None:
    if union.args.get("distinct"):
        raise not_supported("WITH RECURSIVE of a UNION that is not ALL")
    if any(union.args.get(part) for part in ("limit", "offset", "order")):
        raise SqlError("INVALID_LIMIT_CLAUSE", "immediate LIMIT, OFFSET or ORDER BY clause in recursive query")
    step, own = union.expression.unnest(), _own(union, name)
    if len(own) > 1:
        raise SqlError("INVALID_RECURSIVE_REFERENCE", "multiple recursive references in the step relation of recursion")
    if any(table.find_ancestor(exp.Select) is not step for table in own):
        raise not_supported("a recursive query that reads itself in a query of its step")
    if own and any(join.side for join in step.args.get("joins") or []):
        raise not_supported("an outer join in the step of a recursive query")
