"""MERGE INTO: files with a row that is changed are written anew, beside new files for new rows, in one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.dml.rewriting import (
    applies,
    assignments,
    changed_files,
    iceberg_table,
    in_files,
    listed,
    own,
    rows_for,
)
from scenarios.targets.embedded.athena.dml.session import Session, stored_as, written
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, condition, fail, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.queries.relation import Relation
from scenarios.targets.embedded.athena.sql.queries.relations import bind_source, bind_table
from scenarios.targets.embedded.athena.sql.scope import Column, Scope
from scenarios.targets.embedded.athena.statement import Answer


@dataclass(frozen=True)
class Case:
    """A WHEN: its condition, and what it makes of a row; no values mean that the row goes."""

    test: str
    values: Sequence[str] | None


def merge(node: Any, session: Session) -> Answer:
    """Change a table's rows by those of a source that match them, and add those that match none.

    Raises:
        SqlError: it is wrong, fails, or is not known here; nothing is changed.
    """
    table = iceberg_table(node.this, session)
    target, source = bind_table(node.this, session.env), _held(bind_source(node.args["using"], session.env), session)
    binder = Binder(session.env, Scope([*target.columns, *source.columns]))
    on = condition(binder.bind(node.args["on"]), "MERGE ON clause").sql
    whens = node.args["whens"].expressions
    matched = [_matched(when, binder, table, target) for when in whens if when.args.get("matched")]
    new = [
        _new(when, Binder(session.env, Scope(source.columns)), table) for when in whens if not when.args.get("matched")
    ]
    paths = _touched(session, target, source, on, matched)
    where = session.pruned(table)
    parts = [*_rewritten(table, target, source, on, matched, paths), *_added(table, target, source, on, new)]
    changed = sum(paths.values())
    if not parts:
        return written("MERGE", 0)
    union = " UNION ALL ".join(f"({part.sql})" for part in parts)
    query = rows_for(table, f"SELECT * FROM ({union}) m")
    if new:
        changed += _count(session, parts[-1])
    if changed:
        session.lake.changes.swap(
            table, list(paths), session.named_rows(query, [name for name, _ in table.columns]), where
        )
    return written("MERGE", changed)


def _held(source: Relation, session: Session) -> Relation:
    """The source's rows, read once: all parts of the statement are to see the same."""
    visible = [column for column in source.columns if not column.is_hidden]
    listed = ", ".join(f"{column.value.sql} AS c{place}" for place, column in enumerate(visible))
    query = Query(
        f"SELECT {listed} FROM {source.sql}",
        tuple(column.name for column in visible),
        tuple(column.value.type for column in visible),
    )
    name = unique("r")
    columns = [
        Column(column.relation, column.name, Bound(column.value.type, f"{name}.c{place}"), column.database)
        for place, column in enumerate(visible)
    ]
    return Relation(f"{session.held(query)} {name}", columns, name)


def _matched(when: Any, binder: Binder, table: IcebergTable, target: Relation) -> Case:
    then = when.args["then"]
    if when.args.get("source"):
        raise not_supported("WHEN NOT MATCHED BY SOURCE")
    if isinstance(then, exp.Update):
        given = assignments(then.expressions, binder, table)
        values = [given[name].sql if name in given else own(target, name) for name, _ in table.columns]
        return Case(applies(when.args.get("condition"), binder, "WHEN clause"), values)
    if isinstance(then, exp.Var) and then.name.upper() == "DELETE":
        return Case(applies(when.args.get("condition"), binder, "WHEN clause"), None)
    raise not_supported(f"WHEN MATCHED THEN {then.sql('trino')}")


def _new(when: Any, binder: Binder, table: IcebergTable) -> Case:
    then = when.args["then"]
    if not isinstance(then, exp.Insert) or when.args.get("source"):
        raise not_supported(f"WHEN NOT MATCHED THEN {then.sql('trino')}")
    kinds = dict(table.columns)
    names = [column.name.lower() for column in then.this.expressions] if then.this else list(kinds)
    values = [binder.bind(value) for value in then.expression.expressions]
    if unknown := [name for name in names if name not in kinds]:
        raise SqlError("COLUMN_NOT_FOUND", f"Merge column name does not exist in target table: {unknown[0]}")
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise SqlError("DUPLICATE_COLUMN_NAME", f"Merge column name is specified more than once: {twice[0]}")
    if len(names) != len(values):
        raise SqlError("SYNTAX_ERROR", f"MERGE inserts {len(values)} values into {len(names)} columns")
    made = {name: stored_as(value, kinds[name]) for name, value in zip(names, values, strict=True)}
    if wrong := [name for name, value in made.items() if value is None]:
        raise SqlError("TYPE_MISMATCH", f"MERGE table column types don't match for MERGE case: {wrong[0]}")
    row = [value.sql if (value := made.get(name)) else "NULL" for name in kinds]
    return Case(applies(when.args.get("condition"), binder, "WHEN clause"), row)


def _any(cases: Sequence[Case]) -> str:
    return f"({' OR '.join(case.test for case in cases)})"


def _first(cases: Sequence[Case], results: Sequence[str]) -> str:
    """The result of the first case that applies."""
    arms = " ".join(f"WHEN {case.test} THEN {result}" for case, result in zip(cases, results, strict=True))
    return f"CASE {arms} END"


def _touched(session: Session, target: Relation, source: Relation, on: str, matched: Sequence[Case]) -> dict[str, int]:
    """Files with rows that change, and how many do."""
    if not matched:
        return {}
    return changed_files(session, target, f"{target.sql} INNER JOIN {source.sql} ON {on}", _any(matched))


def _rewritten(
    table: IcebergTable, target: Relation, source: Relation, on: str, matched: Sequence[Case], paths: dict[str, int]
) -> list[Query]:
    """The rows of the files that are written anew; one that two of the source's change fails."""
    if not paths:
        return []
    row, alias = unique("n"), target.alias
    numbered = f"(SELECT *, row_number() OVER () AS {row} FROM {target.sql} WHERE {in_files(target, paths)}) {alias}"
    matches = f"coalesce({source.alias}.keystone_row IS NOT NULL AND {_any(matched)}, FALSE)"
    twice = f"count(*) FILTER (WHERE {matches}) OVER (PARTITION BY {alias}.{row}) > 1"
    wrong = fail("MERGE_TARGET_ROW_MULTIPLE_MATCHES", "One MERGE target table row matched more than one source row")
    values = []
    for place, (name, _) in enumerate(table.columns):
        changed = _first(matched, ["NULL" if case.values is None else case.values[place] for case in matched])
        values.append(f"CASE WHEN {matches} THEN {changed} ELSE {own(target, name)} END")
    is_gone = _first(matched, ["TRUE" if case.values is None else "FALSE" for case in matched])
    checked = f"CASE WHEN {twice} THEN {wrong} ELSE 0 END AS checked"
    # A row that matches several of the source's, none of which applies, is there once.
    once = f"row_number() OVER (PARTITION BY {alias}.{row} ORDER BY {matches} DESC) AS nth"
    inner = (
        f"SELECT {listed(table, values)}, ({matches} AND {is_gone}) AS gone, {checked}, {once} "
        f"FROM {numbered} LEFT JOIN {source.sql} ON {on}"
    )
    columns = ", ".join(f"c{place}" for place in range(len(table.columns)))
    return [rows_for(table, f"SELECT {columns} FROM ({inner}) x WHERE checked = 0 AND nth = 1 AND NOT gone")]


def _added(table: IcebergTable, target: Relation, source: Relation, on: str, new: Sequence[Case]) -> list[Query]:
    """The source's rows that match none of the table's."""
    if not new:
        return []
    columns = zip(*(case.values for case in new if case.values is not None), strict=True)
    values = [_first(new, column) for column in columns]
    sql = (
        f"SELECT {listed(table, values)} FROM {source.sql} "
        f"WHERE NOT EXISTS (SELECT 1 FROM {target.sql} WHERE {on}) AND {_any(new)}"
    )
    return [rows_for(table, sql)]


def _count(session: Session, query: Query) -> int:
    counted = Query(f"SELECT count(*) AS c0 FROM ({query.sql}) n", (None,), (query.types[0],))
    [rows] = [batch.column(0)[0].as_py() for batch in session.rows(counted)]
    return int(rows)
