"""UPDATE and DELETE: the files that hold a row to be changed are written anew, in one snapshot."""

from collections.abc import Sequence
from typing import Any

from scenarios.targets.embedded.athena.dml.rewriting import (
    assignments,
    changed_files,
    iceberg_table,
    in_files,
    listed,
    own,
    rows_for,
)
from scenarios.targets.embedded.athena.dml.session import Session, written
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import condition
from scenarios.targets.embedded.athena.sql.queries.relation import Relation
from scenarios.targets.embedded.athena.sql.queries.relations import bind_table
from scenarios.targets.embedded.athena.sql.scope import Scope
from scenarios.targets.embedded.athena.statement import Answer


def update(node: Any, session: Session) -> Answer:
    """Give some rows other values.

    Raises:
        SqlError: it is wrong, fails, or is not known here; nothing is changed.
    """
    table = iceberg_table(node.this, session)
    relation = bind_table(node.this, session.env)
    binder = Binder(session.env, Scope(relation.columns))
    given = assignments(node.expressions, binder, table)
    test = _where(node, binder)
    values = []
    for name, _ in table.columns:
        kept = own(relation, name)
        values.append(f"CASE WHEN {test} THEN {given[name].sql} ELSE {kept} END" if name in given else kept)
    return _changed("UPDATE", session, table, relation, test, values, "TRUE")


def delete(node: Any, session: Session) -> Answer:
    """Take some rows away.

    Raises:
        SqlError: it is wrong, fails, or is not known here; nothing is changed.
    """
    table = iceberg_table(node.this, session)
    relation = bind_table(node.this, session.env)
    test = _where(node, Binder(session.env, Scope(relation.columns)))
    values = [own(relation, name) for name, _ in table.columns]
    return _changed("DELETE", session, table, relation, test, values, f"NOT coalesce({test}, FALSE)")


def _where(node: Any, binder: Binder) -> str:
    """The test, which may be NULL: in other words DuckDB would not tell it to the scan, which then reads all files."""
    where = node.args.get("where")
    return "TRUE" if where is None else f"({condition(binder.bind(where.this), 'WHERE clause').sql})"


def _changed(
    name: str, session: Session, table: IcebergTable, relation: Relation, test: str, values: Sequence[str], kept: str
) -> Answer:
    """Find the files with a row for which `test` is true; put in their place the rows for which `kept` is."""
    paths = changed_files(session, relation, relation.sql, test)
    # What the search was told of the rows is what the statement depends on.
    where = session.pruned(table)
    if paths:
        rest = f"{in_files(relation, paths)} AND {kept}"
        query = rows_for(table, f"SELECT {listed(table, values)} FROM {relation.sql} WHERE {rest}")
        session.lake.changes.swap(
            table, list(paths), session.named_rows(query, [name for name, _ in table.columns]), where
        )
    return written(name, sum(paths.values()))
