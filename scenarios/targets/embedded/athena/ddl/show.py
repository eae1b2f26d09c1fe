"""SHOW TABLES, VIEWS, COLUMNS and TBLPROPERTIES."""

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.answers import shown
from scenarios.targets.embedded.athena.ddl.clauses import Named, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.patterns import matcher
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.views import is_view
from scenarios.targets.embedded.athena.statement import Answer


def show_tables(cursor: Cursor, context: Context) -> Answer:
    """`[IN database] ['pattern']`; views are among them."""
    return _names("SHOW_TABLES", "tab_name", cursor, context, views_only=False)


def show_views(cursor: Cursor, context: Context) -> Answer:
    """`[IN database] [LIKE 'pattern']`."""
    return _names("SHOW_VIEWS", "views", cursor, context, views_only=True)


def show_columns(cursor: Cursor, context: Context) -> Answer:
    """`{FROM | IN} [database.]table [{FROM | IN} database]`, partitions' columns last."""
    cursor.one_of(("FROM", "IN"))
    name = table_name(cursor, context.database)
    if cursor.accept("FROM") or cursor.accept("IN"):
        name = Named(cursor.name(), name.table)
    cursor.end()
    return shown("SHOW_COLUMNS", ["field"], [[column.name.ljust(20)] for column in context.columns(name)])


def show_properties(cursor: Cursor, context: Context) -> Answer:
    """`name [('key')]`."""
    name = table_name(cursor, context.database)
    wanted = None
    if cursor.accept("("):
        wanted = cursor.string()
        cursor.expect(")")
    cursor.end()
    found = context.properties(context.table(name))
    if wanted is not None:
        missing = f"Table {name} does not have property: {wanted}"
        return shown("SHOW_TBLPROPERTIES", ["prpt_name"], [[found.get(wanted, missing)]])
    return shown("SHOW_TBLPROPERTIES", ["prpt_name", "prpt_value"], sorted(found.items()))


def _names(statement: str, column: str, cursor: Cursor, context: Context, views_only: bool) -> Answer:
    database = cursor.name() if cursor.accept("IN") or cursor.accept("FROM") else context.database
    matches = matcher(cursor)
    if context.lake.glue.database_or_none(database) is None:
        raise refusals.no_database(database)
    found = (table for table in context.lake.glue.tables(database) if is_view(table) or not views_only)
    return shown(
        statement, [column], [[name] for name in sorted(str(table["Name"]) for table in found) if matches(name)]
    )
