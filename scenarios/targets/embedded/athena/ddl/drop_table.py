"""DROP TABLE: Iceberg's files go with it, Hive's stay where they are."""

from collections.abc import Mapping
from typing import Any

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.answers import done
from scenarios.targets.embedded.athena.ddl.clauses import Named, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.lake.views import is_view
from scenarios.targets.embedded.athena.statement import Answer


def drop_table(cursor: Cursor, context: Context) -> Answer:
    """`[IF EXISTS] name`."""
    may_lack = cursor.accept("IF", "EXISTS")
    name = table_name(cursor, context.database)
    cursor.end()
    found = context.lake.glue.table_or_none(name.database, name.table)
    if found is None:
        if not may_lack:
            raise refusals.no_table(name)
        return done("DROP_TABLE")
    if is_view(found):
        raise refusals.wrong("[Error 10159]: Cannot drop a view with DROP TABLE")
    drop(context, name, found)
    return done("DROP_TABLE")


def drop_view(cursor: Cursor, context: Context) -> Answer:
    """`[IF EXISTS] name`."""
    may_lack = cursor.accept("IF", "EXISTS")
    name = table_name(cursor, context.database)
    cursor.end()
    found = context.lake.glue.table_or_none(name.database, name.table)
    if found is None and may_lack:
        return done("DROP_VIEW")
    if found is None or not is_view(found):
        raise refusals.no_view(name)
    drop(context, name, found)
    return done("DROP_VIEW")


def drop(context: Context, name: Named, found: Mapping[str, Any]) -> None:
    """Take a table or view out of the catalog, and then, of an Iceberg table, all that lies in its folder."""
    context.lake.glue.client.delete_table(DatabaseName=name.database, Name=name.table)
    if is_iceberg(found):
        context.lake.objects.remove(found["StorageDescriptor"]["Location"])
