"""FROM: tables, queries, joins and arrays, as one relation with columns that have names."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, unknown
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.queries.correlation import refuse_correlated
from scenarios.targets.embedded.athena.sql.queries.joining import beside, is_comma, joined
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query, columns_as
from scenarios.targets.embedded.athena.sql.queries.relation import Relation
from scenarios.targets.embedded.athena.sql.queries.unnesting import unnested
from scenarios.targets.embedded.athena.sql.queries.versions import version
from scenarios.targets.embedded.athena.sql.scope import Column, Env, Named, Scope, Watched
from scenarios.targets.embedded.athena.sql.tables import Table, View
from scenarios.targets.embedded.athena.sql.types import common

_CATALOG: Final = "awsdatacatalog"


def bind_from(written: Any, joins: Sequence[Any], env: Env) -> Relation:
    """What FROM names, with all that is joined to it.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    if written is None:
        return Relation("", [])
    relation = _joined(bind_source(written.this, env), _own_joins(written.this), env)
    return _joined(relation, joins, env)


def bind_source(node: Any, env: Env) -> Relation:
    """A table or a query in parentheses, with no others around it.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    return _source(node, env, Scope((), env.outer))


def _own_joins(node: Any) -> Sequence[Any]:
    return (node.args.get("joins") or []) if not isinstance(node, exp.Subquery) else []


def _joined(relation: Relation, joins: Sequence[Any], env: Env) -> Relation:
    """With all that is joined to it: what stands behind a comma is joined with what follows it first."""
    before: Relation | None = None
    for join, after in zip_longest(joins, joins[1:]):
        if not is_comma(join):
            named, relation = _with_arrays(join, relation, env)
            right = _bound(named.this, env, relation.columns)
            relation = joined(relation, right, named, env)
            continue
        before = relation if before is None else beside(before, relation)
        # Only what stands alone behind a comma sees what is before it.
        is_alone = after is None or is_comma(after)
        named, before = _with_arrays(join, before, env) if is_alone else (join, before)
        relation = _bound(named.this, env, before.columns if is_alone else [])
    return relation if before is None else beside(before, relation)


def _with_arrays(join: Any, left: Relation, env: Env) -> tuple[Any, Relation]:
    """UNNEST of the columns of what is before it, which are made there if they are none yet.

    DuckDB gives the elements of what is calculated within a lateral join in another order than they have.
    """
    if not isinstance(join.this, exp.Unnest) or all(isinstance(one, exp.Column) for one in join.this.expressions):
        return join, left
    binder = Binder(env, Scope(left.columns, env.outer))
    join, name = join.copy(), unique("r")
    listed = [f"{column.value.sql} AS c{place}" for place, column in enumerate(left.columns)]
    columns = [
        replace(column, value=Bound(column.value.type, f"{name}.c{place}")) for place, column in enumerate(left.columns)
    ]
    for one in join.this.expressions:
        value, shown = binder.bind(one), unique("unnested")
        columns.append(Column(None, shown, Bound(value.type, f"{name}.a{len(listed)}"), is_hidden=True))
        listed.append(f"{value.sql} AS a{len(listed)}")
        one.replace(exp.column(shown))
    return join, Relation(f"(SELECT {', '.join(listed)} FROM {left.sql}) {name}", columns, name)


def _bound(node: Any, env: Env, left: Sequence[Column]) -> Relation:
    return _joined(_source(node, env, Scope(left, env.outer)), _own_joins(node), env)


def _source(node: Any, env: Env, left: Scope) -> Relation:
    """One relation; `left` are the columns that LATERAL and UNNEST see."""
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Values):
        return sampled(_aliased(bind_query(node.this, env), node.args.get("alias")), node)
    if isinstance(node, exp.Table):
        return sampled(bind_table(node, env), node)
    if isinstance(node, exp.Unnest):
        return _unnest(node, env, left)
    if isinstance(node, exp.Lateral):
        seen = Watched.of(left)
        query = bind_query(node.this.unnest(), replace(env, outer=seen))
        refuse_correlated(node.this.unnest(), seen.used)
        return _aliased(query, node.args.get("alias"), "LATERAL ")
    if isinstance(node, exp.Values):
        return _aliased(bind_query(node, env), node.args.get("alias"))
    if isinstance(node, exp.Subquery):
        return sampled(_subquery(node, env), node)
    raise unknown(node)


def _subquery(node: Any, env: Env) -> Relation:
    inner, alias = node.this, node.args.get("alias")
    is_relation = isinstance(inner, exp.Table) or (
        isinstance(inner, exp.Subquery) and bool(inner.args.get("alias") or inner.args.get("joins"))
    )
    if isinstance(inner, exp.Query) and not is_relation:
        relation = _aliased(bind_query(inner, env), alias)
    else:
        relation = _joined(bind_source(inner, env), _own_joins(inner), env)
        relation = _renamed(Relation(f"({relation.sql})", relation.columns), alias)
    return _joined(relation, node.args.get("joins") or [], env)


def _renamed(relation: Relation, alias: Any) -> Relation:
    """Relations in parentheses, under one name if they are given one."""
    if not alias:
        return relation
    visible = [column for column in relation.columns if not column.is_hidden]
    names = _column_names([column.shown or column.name for column in visible], alias)
    columns = [
        Column(_relation_name(alias), name and name.lower(), column.value, shown=name)
        for name, column in zip(names, visible, strict=True)
    ]
    return Relation(relation.sql, columns)


def _aliased(query: Query, alias: Any, word: str = "") -> Relation:
    name = unique("r")
    columns = [
        Column(_relation_name(alias), column and column.lower(), Bound(kind, f"{name}.c{place}"), shown=column)
        for place, (column, kind) in enumerate(zip(_column_names(query.names, alias), query.types, strict=True))
    ]
    return Relation(f"{word}({query.sql}) {name}", columns, name)


def _relation_name(alias: Any) -> str | None:
    return alias.name.lower() if alias and alias.this else None


def _column_names(names: Sequence[str | None], alias: Any) -> Sequence[str | None]:
    given = [column.name for column in alias.columns] if alias else []
    if given and len(given) != len(names):
        raise SqlError(
            "MISMATCHED_COLUMN_ALIASES",
            f"Column alias list has {len(given)} entries but '{alias.name}' has {len(names)} columns available",
        )
    return given or names


def bind_table(node: exp.Table, env: Env) -> Relation:
    """A table, a view, or a query of a WITH clause, by its name.

    Raises:
        SqlError: there is none.
    """
    name, database = node.name.lower(), node.db.lower()
    alias = node.args.get("alias")
    if not database and name in env.named:
        return _named(env.named[name], name, alias)
    if node.catalog and node.catalog.lower() != _CATALOG:
        raise SqlError("CATALOG_NOT_FOUND", f"Catalog '{node.catalog}' not found")
    database = database or env.database
    found = _found(node, database, env)
    shown = _relation_name(alias) or name
    relation = _aliased(_of_view(found, env, name), alias) if isinstance(found, View) else _scanned(env, found, alias)
    columns = [replace(column, relation=shown, database=database) for column in relation.columns]
    return replace(relation, columns=columns)


def _found(node: exp.Table, database: str, env: Env) -> Table | View:
    try:
        return env.statement.find(database, node.name.lower(), version(node.args.get("version"), env))
    except SqlError as error:
        error.locate(node)
        raise


def _of_view(view: View, env: Env, name: str) -> Query:
    query = bind_query(parse(view.sql), Env(env.statement, view.database))
    kinds = [kind for _, kind in view.columns]
    if not _is_still(query, view):
        raise SqlError("VIEW_IS_STALE", f"View '{name}' is stale or in invalid state: it has other columns now")
    return Query(columns_as(query, kinds), tuple(column for column, _ in view.columns), tuple(kinds))


def _is_still(query: Query, view: View) -> bool:
    """Whether a view's query has the columns that it had, of types that become those; see Trino's isViewStale."""
    now = list(zip(query.names, query.types, strict=True))
    return len(now) == len(view.columns) and all(
        (found or "").lower() == name.lower() and common(found_kind, kind) == kind
        for (found, found_kind), (name, kind) in zip(now, view.columns, strict=True)
    )


def _scanned(env: Env, table: Any, alias: Any) -> Relation:
    scan, name = env.statement.scan(table), unique("r")
    names = _column_names([column for column, _ in table.columns], alias)
    columns = [
        Column(None, given and given.lower(), Bound(kind, f'{name}."{_quoted(column)}"'))
        for given, (column, kind) in zip(names, table.columns, strict=True)
    ]
    hidden = [
        Column(None, column, Bound(kind, f'{name}."{_quoted(column)}"'), is_hidden=True)
        for column, kind in table.hidden
    ]
    return Relation(f"{scan} {name}", columns + hidden, name)


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _named(named: Named, name: str, alias: Any) -> Relation:
    """A query of a WITH clause; each place that names it has its own."""
    if named.recursive is not None:
        row = unique("r")
        columns = [
            Column(_relation_name(alias) or name, column, Bound(bound.type, f"{row}.{bound.sql}"))
            for column, bound in named.recursive.columns
        ]
        return Relation(f"{named.recursive.name} {row}", columns, row)
    query = bind_query(named.node, named.env)
    if len({column.lower() for column in named.columns}) < len(named.columns):
        raise SqlError("DUPLICATE_COLUMN_NAME", f"Column names of '{name}' are not distinct")
    if named.columns:
        if len(named.columns) != len(query.names):
            raise SqlError(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(named.columns)} entries but relation has {len(query.names)} columns",
            )
        query = replace(query, names=tuple(named.columns))
    relation = _aliased(query, alias)
    shown = _relation_name(alias) or name
    return replace(relation, columns=[replace(column, relation=shown) for column in relation.columns])


def _unnest(node: Any, env: Env, left: Scope) -> Relation:
    binder = Binder(env, left)
    query = unnested([binder.bind(array) for array in node.expressions], with_ordinality=bool(node.args.get("offset")))
    alias, offset = node.args.get("alias"), node.args.get("offset")
    if isinstance(offset, exp.Identifier):
        # The column that counts, which sqlglot takes away from the names of the others.
        alias = alias.copy()
        alias.append("columns", offset)
    return _aliased(query, alias, "LATERAL ")


def sampled(relation: Relation, node: Any) -> Relation:
    """The relation, or where TABLESAMPLE stands behind it, a share of its rows.

    Raises:
        SqlError: the sample is of a kind that is not known here.
    """
    sample = node.args.get("sample")
    if sample is None:
        return relation
    percent, method = sample.args.get("percent"), sample.args.get("method")
    if percent is None or method is None or not isinstance(percent, exp.Literal) or percent.is_string:
        raise not_supported("a sample by anything but a percentage")
    name = unique("r")
    listed = ", ".join(f"{column.value.sql} AS c{place}" for place, column in enumerate(relation.columns))
    columns = [
        replace(column, value=Bound(column.value.type, f"{name}.c{place}"))
        for place, column in enumerate(relation.columns)
    ]
    share = f"{float(percent.this)}% (bernoulli)"
    return Relation(f"(SELECT {listed} FROM {relation.sql} USING SAMPLE {share}) {name}", columns, name)
