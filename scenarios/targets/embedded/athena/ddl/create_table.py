"""CREATE [EXTERNAL] TABLE: Hive's tables are entries in Glue over files that are there, Iceberg's begin empty."""

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.answers import done
from scenarios.targets.embedded.athena.ddl.clauses import Column
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.table_definition import TableDefinition, read_definition
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.creation import NewTable, create_hive, create_iceberg
from scenarios.targets.embedded.athena.lake.glue import AlreadyThere
from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.statement import Answer


def create_external(cursor: Cursor, context: Context) -> Answer:
    """CREATE EXTERNAL TABLE, of Hive's."""
    made = read_definition(cursor, context.database)
    if made.is_iceberg:
        raise refusals.wrong("External keyword not supported for table type ICEBERG")
    return _create(made, context)


def create(cursor: Cursor, context: Context) -> Answer:
    """CREATE TABLE, of Iceberg's."""
    made = read_definition(cursor, context.database)
    if not made.is_iceberg:
        raise refusals.wrong("CREATE TABLE must have the property 'table_type'='ICEBERG', or be CREATE EXTERNAL TABLE")
    return _create(made, context)


def _create(made: TableDefinition, context: Context) -> Answer:
    if made.location is None:
        raise refusals.wrong("a table needs a LOCATION")
    in_store(made.location)
    if context.lake.glue.database_or_none(made.name.database) is None:
        raise refusals.no_database(made.name.database)
    new = NewTable(
        database=made.name.database,
        name=made.name.table,
        columns=[(column.name, column.type, column.comment) for column in made.columns],
        location=made.location,
        comment=made.comment,
        properties=made.properties,
    )
    try:
        if made.is_iceberg:
            create_iceberg(context.lake.catalog, new, [_transform(part) for part in made.partitioned_by])
        else:
            partitions = [_hive_partition(part) for part in made.partitioned_by]
            create_hive(context.lake.glue, new, made.storage, [part.in_glue for part in partitions])
    except AlreadyThere as exists:
        if not made.may_exist:
            raise refusals.table_exists(made.name) from exists
    return done("CREATE_TABLE")


def _transform(part: "Column | str") -> str:
    if isinstance(part, Column):
        raise refusals.wrong(f"a partition of an Iceberg table is a column or a transform, and {part.name} has a type")
    return part


def _hive_partition(part: "Column | str") -> Column:
    if isinstance(part, str):
        raise refusals.wrong(f"the partition column {part} needs a type")
    return part
