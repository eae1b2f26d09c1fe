"""A SELECT, bound clause by clause."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, condition
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.aggregating import is_aggregation
from scenarios.targets.embedded.athena.sql.queries.grouping import (
    GroupedBinder,
    Groups,
    has_aggregations,
    refuse_aggregations,
)
from scenarios.targets.embedded.athena.sql.queries.ordering import limit, order_by
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.queries.relation import Relation
from scenarios.targets.embedded.athena.sql.queries.relations import bind_from, sampled
from scenarios.targets.embedded.athena.sql.queries.windowing import named_windows, over_window
from scenarios.targets.embedded.athena.sql.scope import Column, Env, Scope

_KNOWN: Final = {
    *("expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset"),
    *("distinct", "windows", "with_", "sample"),
}
_Item = tuple[str | None, Any]
"""A name, if it has one, and an expression, or a bound column that * stands for."""


def bind_select(node: exp.Select, env: Env) -> Query:
    """The query with its columns' types.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    others = {name for name, value in node.args.items() if value} - _KNOWN
    if others:
        raise not_supported(", ".join(sorted(others)))
    relation = sampled(bind_from(node.args.get("from_"), node.args.get("joins") or [], env), node)
    scope = Scope(relation.columns, env.outer)
    source = Binder(env, scope)
    where = _where(node, source)
    items = _items(node.expressions, relation)
    rows = f" FROM {relation.sql}{where}" if relation.sql else where
    groups = _groups(node, source, items)
    binder = _WindowBinder(node, source, groups)
    values = [item if isinstance(item, Bound) else binder.bind(item) for _, item in items]
    having = _having(node, binder)
    order = _order(node, binder, items, values)
    if groups is not None:
        rows = f" FROM {groups.sql(rows)}{having}"
    return _query(node, items, values, rows + order + limit(node))


def _query(node: exp.Select, items: Sequence[_Item], values: Sequence[Bound], rest: str) -> Query:
    distinct = node.args.get("distinct")
    if distinct:
        if distinct.args.get("on"):
            raise not_supported("DISTINCT ON")
        values = [grouped(value) for value in values]
    listed = ", ".join(f"{value.sql} AS c{place}" for place, value in enumerate(values))
    sql = f"SELECT {'DISTINCT ' if distinct else ''}{listed}{rest}"
    return Query(sql, tuple(name for name, _ in items), tuple(value.type for value in values))


def _where(node: exp.Select, source: Binder) -> str:
    if not (where := node.args.get("where")):
        return ""
    refuse_aggregations(where.this, "WHERE clause")
    return f" WHERE {condition(source.bind(where.this), 'WHERE clause').sql}"


def _groups(node: exp.Select, source: Binder, items: Sequence[_Item]) -> Groups | None:
    group, having, order = (node.args.get(name) for name in ("group", "having", "order"))
    written = [item for _, item in items if not isinstance(item, Bound)]
    terms = [term.this for term in order.expressions] if order else []
    if not (group or having or any(map(has_aggregations, [*written, *terms]))):
        return None
    if len(written) < len(items):
        raise not_supported("* beside aggregations or GROUP BY")
    return Groups(source, group, written)


class _WindowBinder(Binder):
    """Binds a SELECT's items: over groups if there are any, and functions over windows."""

    def __init__(self, node: exp.Select, source: Binder, groups: Groups | None) -> None:
        below = source if groups is None else GroupedBinder(groups)
        super().__init__(source.env, below.scope, source.variables)
        self._below = below
        self._windows = named_windows(below, node.args.get("windows") or [])

    def bind(self, node: Any) -> Bound:
        """See Binder."""
        if isinstance(node, exp.Window):
            return over_window(self._below, node, self._windows)
        if any(isinstance(part, exp.Window) for part in node.walk()):
            return super().bind(node)
        return self._below.bind(node)


def _having(node: exp.Select, binder: Binder) -> str:
    if not (having := node.args.get("having")):
        return ""
    return f" WHERE {condition(binder.bind(having.this), 'HAVING clause').sql}"


def _order(node: exp.Select, binder: "_WindowBinder", items: Sequence[_Item], values: Sequence[Bound]) -> str:
    """ORDER BY knows the items by their names, before the columns that they are made of."""
    order = node.args.get("order")
    if order is None:
        return ""
    aliases: dict[str, list[Bound]] = {}
    for (name, _), value in zip(items, values, strict=True):
        if name:
            aliases.setdefault(name.lower(), []).append(value)
    terms = order.copy()
    return order_by(terms, _OrderBinder(binder, aliases), values, of_distinct=bool(node.args.get("distinct")))


class _OrderBinder(Binder):
    """Binds ORDER BY's expressions, in which a name is an item's before it is a column's."""

    def __init__(self, items: _WindowBinder, aliases: Mapping[str, Sequence[Bound]]) -> None:
        named = [Column(None, name, value) for name, values in aliases.items() for value in values]
        super().__init__(items.env, Scope(named, items.scope), items.variables)
        self._items = items
        self._aliases = aliases

    def bind(self, node: Any) -> Bound:
        """See Binder."""
        if not any(map(self._is_item, node.walk())):
            return self._items.bind(node)
        said = "Invalid reference to output projection attribute from ORDER BY aggregation"
        if is_aggregation(node):
            raise SqlError("COLUMN_NOT_FOUND", said)
        if isinstance(node, exp.Anonymous) and node.this.lower() == "grouping":
            raise SqlError("INVALID_ARGUMENTS", said)
        return super().bind(node)

    def _is_item(self, part: Any) -> bool:
        return isinstance(part, exp.Column) and part.parts[0].name.lower() in self._aliases


def _items(written: Sequence[Any], relation: Relation) -> list[_Item]:
    """The SELECT's items, with each * in the form of the columns that it stands for."""
    items: list[_Item] = []
    for item in written:
        value = item.unalias()
        if isinstance(value, exp.Star):
            items += _star(value, relation.columns, None)
        elif isinstance(value, exp.Column) and isinstance(value.this, exp.Star):
            items += _star(value.this, relation.columns, value.table.lower())
        else:
            items.append((_name(item), value))
    return items


def _star(star: Any, columns: Sequence[Column], of: str | None) -> list[_Item]:
    if any(star.args.values()):
        raise not_supported("* with exceptions")
    if not columns:
        raise SqlError("MISSING_COLUMN_NAME" if of else "SYNTAX_ERROR", "SELECT * needs a FROM clause")
    found = [column for column in columns if not column.is_hidden and of in (None, column.relation)]
    if not found:
        raise SqlError("TABLE_NOT_FOUND", f"Unable to resolve reference {of}")
    return [(column.shown or column.name, column.value) for column in found]


def _name(item: Any) -> str | None:
    if isinstance(item, exp.Alias):
        return str(item.alias)
    value = item.unnest()
    return str(value.name) if isinstance(value, exp.Column) else None
