"""ALTER TABLE: columns, properties, places and names; what is of partitions is in `partitions`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from scenarios.targets.embedded.athena.ddl import alter_iceberg, partitions, refusals
from scenarios.targets.embedded.athena.ddl.answers import done
from scenarios.targets.embedded.athena.ddl.clauses import Named, column, listed, properties, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.statement import Answer


def alter_table(cursor: Cursor, context: Context) -> Answer:
    """`name action`."""
    name = table_name(cursor, context.database)
    if cursor.comes("PARTITION"):
        return partitions.change(cursor, context, name)
    for words, action in _ACTIONS.items():
        if cursor.accept(*words.split()):
            return action(cursor, context, name)
    raise cursor.wrong(", ".join(_ACTIONS))


def _add_columns(cursor: Cursor, context: Context, name: Named) -> Answer:
    if cursor.comes("IF") or cursor.comes("PARTITION"):
        return partitions.add(cursor, context, name)
    cursor.expect("COLUMNS")
    given = listed(cursor, column)
    cursor.end()
    found = context.table(name)
    if is_iceberg(found):
        alter_iceberg.add_columns(context, found, given)
    else:
        _set_columns(context, found, [*found["StorageDescriptor"]["Columns"], *(made.in_glue for made in given)])
    return done("ALTER_TABLE_COLUMNS")


def _replace_columns(cursor: Cursor, context: Context, name: Named) -> Answer:
    given = listed(cursor, column)
    cursor.end()
    found = context.table(name)
    if is_iceberg(found):
        raise not_supported("REPLACE COLUMNS of an Iceberg table")
    _set_columns(context, found, [made.in_glue for made in given])
    return done("ALTER_TABLE_COLUMNS")


def _change_column(cursor: Cursor, context: Context, name: Named) -> Answer:
    """`old new type [COMMENT 'text'] [FIRST | AFTER column]`."""
    old, new = cursor.name(), column(cursor)
    first, after = cursor.accept("FIRST"), cursor.name() if cursor.accept("AFTER") else None
    cursor.end()
    found = context.table(name)
    if is_iceberg(found):
        alter_iceberg.change_column(context, found, old, new, first, after)
        return done("ALTER_TABLE_CHANGE_COLUMN")
    if first or after:
        raise not_supported("FIRST and AFTER of a Hive table")
    columns = found["StorageDescriptor"]["Columns"]
    if old not in [one["Name"].lower() for one in columns]:
        raise refusals.no_column(old)
    _set_columns(context, found, [new.in_glue if one["Name"].lower() == old else one for one in columns])
    return done("ALTER_TABLE_CHANGE_COLUMN")


def _drop_column(cursor: Cursor, context: Context, name: Named) -> Answer:
    if cursor.comes("IF") or cursor.comes("PARTITION"):
        return partitions.drop(cursor, context, name)
    cursor.expect("COLUMN")
    old = cursor.name()
    cursor.end()
    found = context.table(name)
    if not is_iceberg(found):
        raise not_supported("DROP COLUMN of a Hive table")
    alter_iceberg.drop_column(context, found, old)
    return done("ALTER_TABLE_DROP_COLUMN")


def _set_properties(cursor: Cursor, context: Context, name: Named) -> Answer:
    given = properties(cursor)
    cursor.end()
    found = context.table(name)
    if is_iceberg(found):
        alter_iceberg.set_properties(context, found, given)
    else:
        context.lake.glue.update_table(found, Parameters={**found.get("Parameters", {}), **given})
    return done("ALTER_TABLE_SET_TBLPROPERTIES")


def _unset_properties(cursor: Cursor, context: Context, name: Named) -> Answer:
    gone = set(listed(cursor, Cursor.string))
    cursor.end()
    found = context.table(name)
    if is_iceberg(found):
        alter_iceberg.unset_properties(context, found, gone)
    else:
        kept = {key: value for key, value in found.get("Parameters", {}).items() if key not in gone}
        context.lake.glue.update_table(found, Parameters=kept)
    return done("ALTER_TABLE_UNSET_TBLPROPERTIES")


def _set_location(cursor: Cursor, context: Context, name: Named) -> Answer:
    location = cursor.string()
    cursor.end()
    in_store(location)
    found = partitions.hive_table(context, name)
    context.lake.glue.update_table(found, StorageDescriptor={**found["StorageDescriptor"], "Location": location})
    return done("ALTER_TABLE_SET_LOCATION")


def _rename(cursor: Cursor, context: Context, name: Named) -> Answer:
    new = table_name(cursor, name.database)
    cursor.end()
    if not is_iceberg(context.table(name)):
        raise not_supported("RENAME of a Hive table")
    if context.lake.glue.table_or_none(new.database, new.table) is not None:
        raise refusals.table_exists(new)
    context.lake.catalog.rename_table(str(name), str(new))
    return done("ALTER_TABLE_RENAME")


def _set_columns(context: Context, found: Mapping[str, Any], columns: list[dict[str, str]]) -> None:
    names = [one["Name"].lower() for one in (*columns, *found.get("PartitionKeys", ()))]
    if len(set(names)) < len(names):
        raise refusals.wrong(f"Duplicate column name in {', '.join(names)}")
    context.lake.glue.update_table(found, StorageDescriptor={**found["StorageDescriptor"], "Columns": columns})


_ACTIONS: Final[dict[str, Callable[[Cursor, Context, Named], Answer]]] = {
    "ADD": _add_columns,
    "REPLACE COLUMNS": _replace_columns,
    "CHANGE COLUMN": _change_column,
    "CHANGE": _change_column,
    "DROP": _drop_column,
    "SET TBLPROPERTIES": _set_properties,
    "UNSET TBLPROPERTIES": _unset_properties,
    "SET LOCATION": _set_location,
    "RENAME TO": _rename,
}
