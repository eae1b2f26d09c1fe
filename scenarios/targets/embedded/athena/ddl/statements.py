"""Statements of Hive's language, by their first words."""

from collections.abc import Callable
from typing import Final, TypeAlias

from scenarios.targets.embedded.athena.ddl import (
    alter_table,
    create_table,
    databases,
    describe,
    drop_table,
    optimize,
    partitions,
    show,
    show_create,
    vacuum,
)
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.catalog import Lake
from scenarios.targets.embedded.athena.statement import Answer, Usage

Handler: TypeAlias = Callable[[Cursor, Context], Answer]

HANDLERS: Final[tuple[tuple[str, Handler], ...]] = (
    ("CREATE DATABASE", databases.create),
    ("CREATE SCHEMA", databases.create),
    ("DROP DATABASE", databases.drop_database),
    ("DROP SCHEMA", databases.drop_database),
    ("ALTER DATABASE", databases.alter),
    ("ALTER SCHEMA", databases.alter),
    ("SHOW DATABASES", databases.show),
    ("SHOW SCHEMAS", databases.show),
    ("CREATE EXTERNAL TABLE", create_table.create_external),
    ("CREATE TABLE", create_table.create),
    ("DROP TABLE", drop_table.drop_table),
    ("DROP VIEW", drop_table.drop_view),
    ("SHOW TABLES", show.show_tables),
    ("SHOW VIEWS", show.show_views),
    ("SHOW COLUMNS", show.show_columns),
    ("SHOW TBLPROPERTIES", show.show_properties),
    ("SHOW CREATE TABLE", show_create.show_create_table),
    ("SHOW CREATE VIEW", show_create.show_create_view),
    ("SHOW PARTITIONS", partitions.show),
    ("MSCK REPAIR TABLE", partitions.repair),
    ("ALTER TABLE", alter_table.alter_table),
    ("OPTIMIZE", optimize.optimize),
    ("VACUUM", vacuum.vacuum),
    ("DESCRIBE", describe.describe),
    ("DESC", describe.describe),
)


def ddl(text: str, database: str, lake: Lake, usage: Usage) -> Answer | None:
    """Do a statement that is Hive's, or of a table's upkeep; None for one that the SQL engine takes.

    Args:
        database: where names without one are looked up; it may stand in backticks, as awswrangler writes it.
        usage: told of what is read.

    Raises:
        SqlError: it is wrong, fails, or is not known here.
    """
    cursor = Cursor(text)
    if cursor.creates_from_query():
        return None
    for words, handler in HANDLERS:
        if cursor.accept(*words.split()):
            return handler(cursor, Context(lake, database.strip("`").lower(), usage))
    return None
