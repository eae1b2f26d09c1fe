"""CREATE, DROP, ALTER and SHOW DATABASES; a schema is another word for one."""

from typing import Any

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.answers import done, shown
from scenarios.targets.embedded.athena.ddl.clauses import Named, properties
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.drop_table import drop
from scenarios.targets.embedded.athena.ddl.patterns import matcher
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.statement import Answer


def create(cursor: Cursor, context: Context) -> Answer:
    """`[IF NOT EXISTS] name [COMMENT 'text'] [LOCATION 'place'] [WITH DBPROPERTIES (…)]`."""
    may_exist = cursor.accept("IF", "NOT", "EXISTS")
    made = {"Name": cursor.name()}
    if cursor.accept("COMMENT"):
        made["Description"] = cursor.string()
    if cursor.accept("LOCATION"):
        made["LocationUri"] = cursor.string()
    parameters = properties(cursor) if cursor.accept("WITH", "DBPROPERTIES") else {}
    cursor.end()
    glue = context.lake.glue.client
    try:
        glue.create_database(DatabaseInput={**made, "Parameters": parameters})
    except glue.exceptions.AlreadyExistsException as exists:
        if not may_exist:
            raise refusals.database_exists(made["Name"]) from exists
    return done("CREATE_DATABASE")


def drop_database(cursor: Cursor, context: Context) -> Answer:
    """`[IF EXISTS] name [RESTRICT | CASCADE]`."""
    may_lack = cursor.accept("IF", "EXISTS")
    name = cursor.name()
    cascade = cursor.accept("CASCADE")
    if not cascade:
        cursor.accept("RESTRICT")
    cursor.end()
    glue = context.lake.glue
    if glue.database_or_none(name) is None:
        if not may_lack:
            raise refusals.no_database(name)
        return done("DROP_DATABASE")
    tables = list(glue.tables(name))
    if tables and not cascade:
        raise refusals.database_not_empty(name)
    for table in tables:
        drop(context, Named(name, table["Name"]), table)
    glue.client.delete_database(Name=name)
    return done("DROP_DATABASE")


def alter(cursor: Cursor, context: Context) -> Answer:
    """`name SET DBPROPERTIES (…)`."""
    name = cursor.name()
    cursor.expect("SET", "DBPROPERTIES")
    added = properties(cursor)
    cursor.end()
    found = context.lake.glue.database_or_none(name)
    if found is None:
        raise refusals.no_database(name)
    kept: dict[str, Any] = {key: found[key] for key in ("Name", "Description", "LocationUri") if key in found}
    kept["Parameters"] = {**found.get("Parameters", {}), **added}
    context.lake.glue.client.update_database(Name=name, DatabaseInput=kept)
    return done("ALTER_DATABASE")


def show(cursor: Cursor, context: Context) -> Answer:
    """`[LIKE 'pattern']`."""
    matches = matcher(cursor)
    names = sorted(str(found["Name"]) for found in context.lake.glue.databases())
    return shown("SHOW_DATABASES", ["database_name"], [[name] for name in names if matches(name)])
