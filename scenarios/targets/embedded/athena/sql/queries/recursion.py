"""WITH RECURSIVE."""

from dataclasses import replace
from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query, columns_as, in_common
from scenarios.targets.embedded.athena.sql.scope import Env, Named, Recursion


def with_recursive(node: Any, env: Env) -> Query:
    """A query over one that is made of itself.

    Raises:
        SqlError: there are several, or it has no names for its columns.
    """
    written = node.args["with_"]
    if len(written.expressions) != 1 or not isinstance(written.expressions[0].this, exp.Union):
        raise not_supported("WITH RECURSIVE of anything but one query that is a UNION ALL")
    [one] = written.expressions
    alias, union = one.args["alias"], one.this
    names = [column.name.lower() for column in alias.columns]
    if not names:
        raise SqlError("MISSING_COLUMN_ALIASES", "Recursive queries must have column aliases")
    if union.args.get("distinct"):
        raise not_supported("WITH RECURSIVE of a UNION that is not ALL")
    base = bind_query(union.this, env)
    if len(names) != len(base.types):
        raise SqlError("MISMATCHED_COLUMN_ALIASES", f"{len(names)} names for {len(base.types)} columns")
    table = unique("w")
    seen = Recursion(
        table, [(name, Bound(kind, f"c{n}")) for n, (name, kind) in enumerate(zip(names, base.types, strict=True))]
    )
    inner = replace(env, named={**env.named, alias.name.lower(): Named(union, names, env, seen)})
    step = bind_query(union.expression, inner)
    if in_common(base, step, "recursive") != list(base.types):
        raise SqlError("TYPE_MISMATCH", "Recursion step must have the types of the base query")
    rest = node.copy()
    rest.set("with_", None)
    query = bind_query(rest, inner)
    columns = ", ".join(f"c{place}" for place in range(len(names)))
    recursion = f"{table}({columns}) AS ({base.sql} UNION ALL ({columns_as(step, base.types)}))"
    return replace(query, sql=f"WITH RECURSIVE {recursion} {query.sql}")
