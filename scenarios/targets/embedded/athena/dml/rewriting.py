"""Rows of a table in other words: what UPDATE, DELETE and MERGE make of them, and the files that hold them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.dml.session import Session, stored_as
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, condition, text
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.queries.relation import Relation
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR


def iceberg_table(node: exp.Table, session: Session) -> IcebergTable:
    """The table that a statement changes.

    Raises:
        SqlError: there is none, or its rows cannot be changed.
    """
    found = session.find(node)
    if not isinstance(found, IcebergTable):
        raise SqlError("NOT_SUPPORTED", "Modifying Hive table rows is only supported for transactional tables")
    return found


def applies(written: Any, binder: Binder, clause: str) -> str:
    """The test of a clause that may be left out: true or false, as NULL is false.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    return "TRUE" if written is None else f"coalesce({condition(binder.bind(written), clause).sql}, FALSE)"


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


def _path(relation: Relation) -> str:
    """Where a row's file is."""
    [column] = [column for column in relation.columns if column.name == "$path"]
    return column.value.sql


def in_files(relation: Relation, paths: Iterable[str]) -> str:
    """The test for a row of some files."""
    return f"{_path(relation)} IN ({', '.join(map(text, paths))})"


def changed_files(session: Session, relation: Relation, source: str, test: str) -> dict[str, int]:
    """The paths of files with rows for which a test is true, and how many those are.

    Args:
        relation: the table's.
        source: what the test is asked of, as it stands behind FROM.
    """
    sql = f"SELECT {_path(relation)} AS c0, count(*) AS c1 FROM {source} WHERE {test} GROUP BY 1"
    batches = session.rows(Query(sql, (None, None), (VARCHAR, BIGINT)))
    return {row["c0"]: row["c1"] for batch in batches for row in batch.to_pylist()}


def listed(table: IcebergTable, values: Sequence[str]) -> str:
    """An expression for each of the table's columns, as SELECT lists them."""
    return ", ".join(
        f"CAST({sql} AS {kind.duckdb}) AS c{place}"
        for place, (sql, (_, kind)) in enumerate(zip(values, table.columns, strict=True))
    )


def rows_for(table: IcebergTable, sql: str) -> Query:
    """A query that gives the table's columns, c0, c1 and so on, as one with their names."""
    names, kinds = zip(*table.columns, strict=True)
    return Query(sql, tuple(names), tuple(kinds))
