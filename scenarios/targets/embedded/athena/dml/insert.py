"""INSERT INTO."""

from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.dml.session import Session, stored_as, written
from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.tables import View
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.statement import Answer, Columns


def insert(node: Any, session: Session) -> Answer:
    """Add a query's rows to a table.

    Raises:
        SqlError: it is wrong, fails, or is not known here; nothing is added.
    """
    if any(node.args.get(name) for name in ("overwrite", "partition", "by_name", "where", "returning", "conflict")):
        raise not_supported("INSERT of this kind")
    target = node.this.this if isinstance(node.this, exp.Schema) else node.this
    database, name = session.name_of(target)
    table = session.find(target)
    if isinstance(table, View):
        raise SqlError("NOT_SUPPORTED", "Inserting into views is not supported")
    named = [column.name.lower() for column in node.this.expressions] if isinstance(node.this, exp.Schema) else None
    query = as_stored(session.bind(node.expression), table.columns, named, f"{database}.{name}")
    names = [column for column, _ in table.columns]
    added = session.lake.changes.append(database, name, session.named_rows(query, names))
    return written("INSERT", added.rows, added.files)


def as_stored(query: Query, columns: Columns, named: list[str] | None, table: str) -> Query:
    """A query's columns as a table's: those that are named, in their order, and NULL in the others.

    Raises:
        SqlError: there are too few or too many, a name is unknown or there twice, or a type does not fit.
    """
    names = [name for name, _ in columns]
    chosen = names if named is None else named
    for name in chosen:
        if name not in names:
            raise SqlError("COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {name}")
        if chosen.count(name) > 1:
            raise SqlError("DUPLICATE_COLUMN_NAME", f"Insert column name is specified more than once: {name}")
    kinds = dict(columns)
    made = {
        name: stored_as(Bound(kind, f"q.c{place}"), kinds[name])
        for place, (name, kind) in enumerate(zip(chosen, query.types, strict=False))
    }
    if len(chosen) != len(query.types) or None in made.values():
        raise _mismatch([kinds[name] for name in chosen], query.types, table)
    listed = ", ".join(f"{_value(made.get(name), kind)} AS c{place}" for place, (name, kind) in enumerate(columns))
    sql = f"SELECT {listed} FROM ({query.sql}) q"
    return Query(sql, tuple(names), tuple(kinds.values()))


def _value(made: Bound | None, kind: Type) -> str:
    return made.sql if made else f"CAST(NULL AS {kind.duckdb})"


def _mismatch(columns: list[Type], query: tuple[Type, ...], table: str) -> SqlError:
    shown = (", ".join(map(str, kinds)) for kinds in (columns, query))
    ours, theirs = shown
    return SqlError(
        "TYPE_MISMATCH", f"Insert query has mismatched column types: Table {table}: [{ours}], Query: [{theirs}]"
    )
