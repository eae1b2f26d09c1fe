"""FROM: tables, queries, joins and arrays, as one relation with columns that have names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, condition, unique
from scenarios.targets.embedded.athena.sql.comparison import compared
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, unknown
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query
from scenarios.targets.embedded.athena.sql.queries.unnesting import unnested
from scenarios.targets.embedded.athena.sql.scope import Column, Env, Named, Scope
from scenarios.targets.embedded.athena.sql.tables import Table, Version, View
from scenarios.targets.embedded.athena.sql.types import timestamp, zoned

_CATALOG: Final = "awsdatacatalog"
_KINDS: Final = ("", "INNER", "CROSS", "OUTER")
_SIDES: Final = ("LEFT", "RIGHT", "FULL")


@dataclass(frozen=True)
class Relation:
    """Rows, of SQL that may stand behind FROM, and their columns."""

    sql: str
    columns: Sequence[Column]


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
    for join in joins:
        relation = _join(relation, join, env)
    return relation


def _source(node: Any, env: Env, left: Scope) -> Relation:
    """One relation; `left` are the columns that LATERAL and UNNEST see."""
    if isinstance(node, exp.Table):
        return sampled(bind_table(node, env), node)
    if isinstance(node, exp.Unnest):
        return _unnest(node, env, left)
    if isinstance(node, exp.Lateral):
        query = bind_query(node.this.unnest(), replace(env, outer=left))
        return _aliased(query, node.args.get("alias"), "LATERAL ")
    if isinstance(node, exp.Values):
        return _aliased(bind_query(node, env), node.args.get("alias"))
    if isinstance(node, exp.Subquery):
        return sampled(_subquery(node, env), node)
    raise unknown(node)


def _subquery(node: Any, env: Env) -> Relation:
    if isinstance(node.this, exp.Query) and not isinstance(node.this, exp.Table):
        relation = _aliased(bind_query(node.this, env), node.args.get("alias"))
        return _joined(relation, node.args.get("joins") or [], env)
    inner = _joined(bind_source(node.this, env), _own_joins(node.this), env)
    inner = _joined(inner, node.args.get("joins") or [], env)
    return Relation(f"({inner.sql})", inner.columns)


def _aliased(query: Query, alias: Any, word: str = "") -> Relation:
    name = unique("r")
    columns = [
        Column(_relation_name(alias), column.lower() if column else None, Bound(kind, f"{name}.c{place}"))
        for place, (column, kind) in enumerate(zip(_column_names(query.names, alias), query.types, strict=True))
    ]
    return Relation(f"{word}({query.sql}) {name}", columns)


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
    return Relation(relation.sql, [replace(c, relation=shown, database=database) for c in relation.columns])


def _found(node: exp.Table, database: str, env: Env) -> Table | View:
    try:
        return env.statement.find(database, node.name.lower(), _version(node.args.get("version"), env))
    except SqlError as error:
        error.locate(node)
        raise


def _of_view(view: View, env: Env, name: str) -> Query:
    query = bind_query(parse(view.sql), Env(env.statement, view.database))
    if len(query.types) != len(view.columns):
        raise SqlError("VIEW_IS_STALE", f"View '{name}' is stale or in invalid state: it has other columns now")
    return replace(query, names=tuple(column for column, _ in view.columns))


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
    return Relation(f"{scan} {name}", columns + hidden)


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
        return Relation(f"{named.recursive.name} {row}", columns)
    query = bind_query(named.node, named.env)
    if named.columns:
        if len(named.columns) != len(query.names):
            raise SqlError(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(named.columns)} entries but relation has {len(query.names)} columns",
            )
        query = replace(query, names=tuple(named.columns))
    relation = _aliased(query, alias)
    shown = _relation_name(alias) or name
    return Relation(relation.sql, [replace(column, relation=shown) for column in relation.columns])


def _version(written: Any, env: Env) -> Version:
    if written is None:
        return None
    value = Binder(env, Scope()).bind(written.expression)
    if written.this == "VERSION":
        if not value.type.is_integer:
            raise SqlError("TYPE_MISMATCH", "Version must be a bigint")
        return int(env.statement.evaluate(value))
    if value.type.kind not in ("date", "timestamp", "timestamp with time zone"):
        raise SqlError("TYPE_MISMATCH", f"Type {value.type} is not supported for a timestamp of a version")
    from scenarios.targets.embedded.athena.sql.casts.casting import cast  # noqa: PLC0415

    at = cast(cast(value, zoned(6)), timestamp(6)) if value.type.kind != "timestamp with time zone" else value
    sql = f"{at.sql}.utc" if at.type.kind == "timestamp with time zone" else at.sql
    found: Version = env.statement.evaluate(Bound(timestamp(6), sql))
    return found


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
    if percent is None or method is None or not isinstance(percent, exp.Literal):
        raise not_supported("a sample by anything but a percentage")
    name = unique("r")
    return Relation(f"(FROM {relation.sql} USING SAMPLE {float(percent.this)}% (bernoulli)) {name}", [
        replace(column, value=Bound(column.value.type, f"{name}.{column.value.sql.rpartition('.')[2]}"))
        for column in relation.columns
    ])  # fmt: skip


def _join(left: Relation, join: Any, env: Env) -> Relation:
    if join.args.get("method"):
        raise SqlError("NOT_SUPPORTED", f"{join.args['method']} JOIN is not supported")
    side = (join.args.get("side") or "").upper()
    kind = (join.args.get("kind") or "").upper()
    if (side and side not in _SIDES) or kind not in _KINDS:
        raise SqlError("SYNTAX_ERROR", f"mismatched input '{side or kind}'")
    right = _joined(_source(join.this, env, Scope(left.columns, env.outer)), _own_joins(join.this), env)
    on, using = join.args.get("on"), join.args.get("using")
    if isinstance(join.this, exp.Unnest) and side and not (isinstance(on, exp.Boolean) and on.this):
        raise SqlError("NOT_SUPPORTED", f"{side} JOIN involving UNNEST is only supported with condition ON TRUE")
    if using:
        return _join_using(left, right, side, [name.name.lower() for name in using])
    columns = [*left.columns, *right.columns]
    if on is None:
        if kind not in ("", "CROSS") or side:
            raise SqlError("SYNTAX_ERROR", "a join needs ON or USING")
        return Relation(f"{left.sql} CROSS JOIN {right.sql}", columns)
    test = condition(Binder(env, Scope(columns, env.outer)).bind(on), "JOIN ON clause")
    return Relation(f"{left.sql} {side or 'INNER'} JOIN {_grouped(right.sql)} ON {test.sql}", columns)


def _grouped(sql: str) -> str:
    return sql


def _join_using(left: Relation, right: Relation, side: str, names: Sequence[str]) -> Relation:
    """Of each pair of columns one remains, in front of all others."""
    tests, merged, gone = [], [], []
    for name in names:
        pair = [_column(relation, name, where) for relation, where in ((left, "left"), (right, "right"))]
        ours, theirs = pair
        tests.append(compared("=", ours.value, theirs.value).sql)
        merged.append(Column(None, name, _either(side, ours.value, theirs.value)))
        gone += pair
    others = [column for column in (*left.columns, *right.columns) if not any(column is one for one in gone)]
    return Relation(
        f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {' AND '.join(tests)}",
        [*merged, *others],
    )


def _either(side: str, ours: Bound, theirs: Bound) -> Bound:
    from scenarios.targets.embedded.athena.sql.bound import alike  # noqa: PLC0415

    ours, theirs = alike(ours, theirs, "=")
    if side == "FULL":
        return Bound(ours.type, f"coalesce({ours.sql}, {theirs.sql})")
    return theirs if side == "RIGHT" else ours


def _column(relation: Relation, name: str, where: str) -> Column:
    found = [column for column in relation.columns if column.name == name]
    if not found:
        raise SqlError("COLUMN_NOT_FOUND", f"Column '{name}' is missing from {where} side of join")
    if len(found) > 1:
        raise SqlError("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous")
    return found[0]
