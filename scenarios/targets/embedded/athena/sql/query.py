"""A query, bound: what it gives, and DuckDB's SQL for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder, Column
from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, condition
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, unknown
from scenarios.targets.embedded.athena.sql.types import Type, common

_KNOWN: Final = {"expressions", "from_", "where", "order", "limit", "offset"}


@dataclass(frozen=True)
class Query:
    """A query; `names` are those of its columns, None for one that has none."""

    sql: str
    names: tuple[str | None, ...]
    types: tuple[Type, ...]


def bind_query(node: exp.Expression) -> Query:
    """The query with its columns' types.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    if isinstance(node, exp.Values):
        return _values(node)
    if isinstance(node, exp.Select):
        return _select(node)
    raise unknown(node)


def _select(node: exp.Select) -> Query:
    others = {name for name, value in node.args.items() if value} - _KNOWN
    if others:
        raise not_supported(", ".join(sorted(others)))
    columns, source = _source(node.args.get("from_"))
    binder = Binder(columns)
    named = [
        (item.alias or (item.name if isinstance(item, exp.Column) else None), item.unalias())
        for item in node.expressions
    ]
    values = [binder.bind(value) for _, value in named]
    names = tuple(name or None for name, _ in named)
    sql = f"SELECT {', '.join(f'{value.sql} AS c{number}' for number, value in enumerate(values))}{source}"
    if where := node.args.get("where"):
        sql += f" WHERE {condition(binder.bind(where.this), 'WHERE clause').sql}"
    aliases = [Column(None, name.lower(), value) for name, value in zip(names, values, strict=True) if name]
    sql += _order(node.args.get("order"), Binder(aliases), binder, values) + _cut(node)
    return Query(sql, names, tuple(value.type for value in values))


def _name(item: Any) -> str | None:
    return item.alias or (item.name if isinstance(item, exp.Column) else None)


def _source(written: Any) -> tuple[list[Column], str]:
    if written is None:
        return [], ""
    source = written.this
    if not isinstance(source, exp.Values | exp.Subquery) or source.args.get("joins"):
        raise unknown(source)
    query = bind_query(source.this if isinstance(source, exp.Subquery) else source)
    alias = source.args.get("alias")
    relation = alias.name.lower() if alias and alias.this else None
    given = (
        [column.name.lower() for column in alias.columns]
        if alias and alias.columns
        else [n and n.lower() for n in query.names]
    )
    columns = [
        Column(relation, name, Bound(kind, f"t.c{number}"))
        for number, (name, kind) in enumerate(zip(given, query.types, strict=True))
    ]
    return columns, f" FROM ({query.sql}) t"


def _order(written: Any, aliases: Binder, columns: Binder, values: Sequence[Bound]) -> str:
    if written is None:
        return ""
    return f" ORDER BY {', '.join(_ordered(term, aliases, columns, values) for term in written.expressions)}"


def _ordered(term: Any, aliases: Binder, columns: Binder, values: Sequence[Bound]) -> str:
    what = term.this
    if isinstance(what, exp.Literal) and what.is_int:
        value = values[int(what.this) - 1]
    elif isinstance(what, exp.Column) and not what.table:
        try:
            value = aliases.bind(what)
        except SqlError:
            value = columns.bind(what)
    else:
        value = columns.bind(what)
    first = term.args.get("nulls_first")
    return f"{value.sql} {'DESC' if term.args.get('desc') else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"


def _cut(node: exp.Select) -> str:
    sql = ""
    for word in ("limit", "offset"):
        if (written := node.args.get(word)) is None:
            continue
        if not isinstance(written, exp.Limit | exp.Offset) or not written.expression.is_int:
            raise unknown(written)
        sql += f" {word.upper()} {int(written.expression.this)}"
    return sql


def _values(node: exp.Values) -> Query:
    """Rows, each column of the type that all its values have in common."""
    binder = Binder()
    cells = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    rows = [[binder.bind(cell) for cell in row] for row in cells]
    kinds = [cell.type for cell in rows[0]]
    for row in rows[1:]:
        kinds = _kinds(kinds, row, rows[0])
    written = (", ".join(coerced(cell, kind).sql for cell, kind in zip(row, kinds, strict=True)) for row in rows)
    names = ", ".join(f"c{number}" for number in range(len(kinds)))
    table = f"(VALUES {', '.join(f'({row})' for row in written)}) v({names})"
    return Query(f"FROM {table}", (None,) * len(kinds), tuple(kinds))


def _kinds(kinds: Sequence[Type], row: Sequence[Bound], first: Sequence[Bound]) -> list[Type]:
    """The columns' types with one more row, which may be of others than the first."""
    found = [common(kind, cell.type) for kind, cell in zip(kinds, row, strict=False)]
    if len(row) != len(kinds) or None in found:
        shown = (f"row({', '.join(str(cell.type) for cell in one)})" for one in (first, row))
        raise SqlError("TYPE_MISMATCH", f"Values rows have mismatched types: {' vs '.join(shown)}")
    return [kind for kind in found if kind is not None]
