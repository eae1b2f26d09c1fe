"""UPDATE and DELETE: the files that hold a row to be changed are written anew, in one snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.dml.session import Session, stored_as, written
from scenarios.targets.embedded.athena.lake.iceberg_table import IcebergTable
from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, condition, text
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.queries.relations import Relation, bind_table
from scenarios.targets.embedded.athena.sql.scope import Scope
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR
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
    test = _condition(node, binder)
    listed = []
    for name, _ in table.columns:
        kept = own(relation, name)
        listed.append(f"CASE WHEN {test} THEN {given[name].sql} ELSE {kept} END" if name in given else kept)
    return _changed("UPDATE", session, table, relation, test, listed, "TRUE")


def delete(node: Any, session: Session) -> Answer:
    """Take some rows away.

    Raises:
        SqlError: it is wrong, fails, or is not known here; nothing is changed.
    """
    table = iceberg_table(node.this, session)
    relation = bind_table(node.this, session.env)
    test = _condition(node, Binder(session.env, Scope(relation.columns)))
    listed = [own(relation, name) for name, _ in table.columns]
    return _changed("DELETE", session, table, relation, test, listed, f"NOT {test}")


def _changed(
    name: str, session: Session, table: IcebergTable, relation: Relation, test: str, listed: Sequence[str], kept: str
) -> Answer:
    """Find the files with a row for which `test` is true; put in their place the rows for which `kept` is."""
    counted = f"SELECT {hidden_path(relation)} AS c0, count(*) AS c1 FROM {relation.sql} WHERE {test} GROUP BY 1"
    paths = paths_of(session, counted)
    # What the search was told of the rows is what the statement depends on.
    where = session.pruned(table)
    if paths:
        rest = f"{in_files(relation, paths)} AND {kept}"
        query = select(table, listed, f"{relation.sql} WHERE {rest}")
        session.lake.changes.swap(table, list(paths), session.named_rows(query, query.names), where)  # type: ignore[arg-type]
    return written(name, sum(paths.values()))


def iceberg_table(node: exp.Table, session: Session) -> IcebergTable:
    """The table that a statement changes.

    Raises:
        SqlError: there is none, or its rows cannot be changed.
    """
    found = session.find(node)
    if not isinstance(found, IcebergTable):
        raise SqlError("NOT_SUPPORTED", "Modifying Hive table rows is only supported for transactional tables")
    return found


def _condition(node: Any, binder: Binder) -> str:
    where = node.args.get("where")
    if where is None:
        return "TRUE"
    return f"coalesce({condition(binder.bind(where.this), 'WHERE clause').sql}, FALSE)"


def assignments(nodes: Sequence[Any], binder: Binder, table: IcebergTable) -> Mapping[str, Bound]:
    """The columns that SET gives other values.

    Raises:
        SqlError: there is no such column, it is set twice, or the value is none of its type.
    """
    kinds, given = dict(table.columns), {}
    for node in nodes:
        name = node.this.name.lower()
        if name not in kinds:
            raise SqlError("COLUMN_NOT_FOUND", f"The UPDATE SET target column {name} doesn't exist")
        if name in given:
            raise SqlError("SYNTAX_ERROR", f"Multiple assignments for column {name}")
        value = stored_as(binder.bind(node.expression), kinds[name])
        if value is None:
            raise SqlError("TYPE_MISMATCH", f"UPDATE table column types don't match SET expressions: {name}")
        given[name] = value
    return given


def own(relation: Relation, name: str) -> str:
    """A column of the table that is changed."""
    [column] = [column for column in relation.columns if column.name == name and not column.is_hidden]
    return column.value.sql


def hidden_path(relation: Relation) -> str:
    """Where a row's file is."""
    [column] = [column for column in relation.columns if column.name == "$path"]
    return column.value.sql


def in_files(relation: Relation, paths: Iterable[str]) -> str:
    """The test for a row of some files."""
    return f"{hidden_path(relation)} IN ({', '.join(map(text, paths))})"


def paths_of(session: Session, sql: str) -> dict[str, int]:
    """Paths and numbers of rows, as a query gives them."""
    found: dict[str, int] = {}
    for batch in session.rows(Query(sql, (None, None), (VARCHAR, BIGINT))):
        for row in batch.to_pylist():
            found[row["c0"]] = row["c1"]
    return found


def select(table: IcebergTable, listed: Sequence[str], source: str) -> Query:
    """Rows for the table, of one expression for each of its columns."""
    columns = ", ".join(
        f"CAST({sql} AS {kind.duckdb}) AS c{place}"
        for place, (sql, (_, kind)) in enumerate(zip(listed, table.columns, strict=True))
    )
    names, kinds = zip(*table.columns, strict=True)
    return Query(f"SELECT {columns} FROM {source}", tuple(names), tuple(kinds))
