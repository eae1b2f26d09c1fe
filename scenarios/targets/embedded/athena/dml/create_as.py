"""CREATE TABLE AS, and CREATE VIEW."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from scenarios.targets.embedded.athena.dml.session import Session, written
from scenarios.targets.embedded.athena.lake.create_as import AsSelect, create_table_as
from scenarios.targets.embedded.athena.lake.views import create_view
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, unknown
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.tables import View
from scenarios.targets.embedded.athena.sql.types import UNKNOWN
from scenarios.targets.embedded.athena.statement import Answer, Columns

_NAMES: Final[dict[type[exp.Expression], str]] = {
    exp.LocationProperty: "location",
    exp.FileFormatProperty: "format",
    exp.PartitionedByProperty: "partitioned_by",
}


def create(node: Any, session: Session) -> Answer:
    """Make a table of a query's rows, or a view of the query.

    Raises:
        SqlError: it is wrong, fails, or is not known here; there is no table then.
    """
    if node.expression is None or node.args.get("kind") not in ("TABLE", "VIEW"):
        raise unknown(node)
    return _view(node, session) if node.args["kind"] == "VIEW" else _table(node, session)


def _table(node: Any, session: Session) -> Answer:
    if isinstance(node.this, exp.Schema) or node.args.get("replace"):
        raise not_supported("CREATE TABLE AS with names for its columns, or OR REPLACE")
    database, name = session.name_of(node.this)
    if node.args.get("exists") and session.lake.glue.table_or_none(database, name) is not None:
        return written("CREATE_TABLE_AS_SELECT", 0)
    options = _options(node.args.get("properties"))
    without_rows = options.pop("with_data", "yes") == "no"
    query = session.bind(node.expression)
    columns = _columns(query)
    if without_rows:
        query = Query(f"SELECT * FROM ({query.sql}) q LIMIT 0", query.names, query.types)
    rows = session.named_rows(query, [column for column, _ in columns])
    made = create_table_as(session.lake, AsSelect(database, name, columns, options, session.location), rows)
    return written("CREATE_TABLE_AS_SELECT", made.rows, made.files)


def _columns(query: Query) -> Columns:
    """A table's, of a query's: each needs a name, once, and a type."""
    names = []
    for place, (name, kind) in enumerate(zip(query.names, query.types, strict=True)):
        if name is None:
            raise SqlError("MISSING_COLUMN_NAME", f"Column name not specified at position {place + 1}")
        if name.lower() in names:
            raise SqlError("DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once")
        if kind == UNKNOWN:
            raise SqlError("COLUMN_TYPE_UNKNOWN", f"Column type is unknown at position {place + 1}")
        names.append(name.lower())
    return list(zip(names, query.types, strict=True))


def _options(written: Any) -> dict[str, str | Sequence[str]]:
    options: dict[str, str | Sequence[str]] = {}
    for one in written.expressions if written else []:
        if isinstance(one, exp.WithDataProperty):
            options["with_data"] = "no" if one.args.get("no") else "yes"
        elif type(one) in _NAMES:
            options[_NAMES[type(one)]] = _option(one.this)
        elif isinstance(one, exp.Property):
            options[one.this.name.lower()] = _option(one.args["value"])
        else:
            raise unknown(one)
    return options


def _option(value: Any) -> str | Sequence[str]:
    if isinstance(value, exp.Array):
        return [element.name for element in value.expressions]
    return str(value.this).lower() if isinstance(value, exp.Boolean) else str(value.name)


def _view(node: Any, session: Session) -> Answer:
    if node.args.get("properties") or node.args.get("exists"):
        raise not_supported("CREATE VIEW that is MATERIALIZED, or says more than OR REPLACE,")
    named = [column.name for column in node.this.expressions] if isinstance(node.this, exp.Schema) else None
    table = node.this.this if named is not None else node.this
    database, name = session.name_of(table)
    query = session.bind(node.expression)
    if session.env.statement.reads(database, name):
        raise SqlError("VIEW_IS_RECURSIVE", f"Statement would create a recursive view: {database}.{name}")
    if named is not None:
        if len(named) != len(query.names):
            raise SqlError("MISMATCHED_COLUMN_ALIASES", f"{len(named)} names for {len(query.names)} columns")
        query = Query(query.sql, tuple(named), query.types)
    view = View(_query_text(session.text), session.env.database, _columns(query))
    create_view(session.lake.glue, database, name, view, replace=bool(node.args.get("replace")))
    return Answer("DDL", "CREATE_VIEW", [], iter(()))


def _query_text(statement: str) -> str:
    """What stands behind AS."""
    tokens = sqlglot.tokenize(statement, read="trino")
    at = next(place for place in count() if tokens[place].token_type == TokenType.ALIAS)
    return statement[tokens[at + 1].start :].rstrip().rstrip(";")
