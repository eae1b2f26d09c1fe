"""Partitions of Hive tables: ADD, DROP, RENAME, SET LOCATION, MSCK REPAIR TABLE and SHOW PARTITIONS."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.answers import done, shown, told
from scenarios.targets.embedded.athena.ddl.clauses import Named, partition_values, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.hive.partition_folders import folder_of, texts_of
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.lake.paths import as_folder
from scenarios.targets.embedded.athena.statement import Answer


def add(cursor: Cursor, context: Context, name: Named) -> Answer:
    """`ADD [IF NOT EXISTS] PARTITION (…) [LOCATION 'place'] …`."""
    may_exist = cursor.accept("IF", "NOT", "EXISTS")
    given = [_added(cursor)]
    while cursor.next.kind != "end":
        given.append(_added(cursor))
    found = hive_table(context, name)
    wanted = [(_in_order(found, written), place) for written, place in given]
    if not may_exist:
        _refuse_known(context, found, [values for values, _ in wanted])
    for values, place in wanted:
        if not context.lake.glue.create_partition(found, values, place or _folder(found, values)) and not may_exist:
            raise refusals.partition_exists(_written(found, values))
    return done("ALTER_TABLE_ADD_PARTITION")


def drop(cursor: Cursor, context: Context, name: Named) -> Answer:
    """`DROP [IF EXISTS] PARTITION (…), …`; a partition is named by some of its columns, or by all."""
    may_lack = cursor.accept("IF", "EXISTS")
    given = [partition_values(cursor)]
    while cursor.accept(","):
        given.append(partition_values(cursor))
    cursor.end()
    found = hive_table(context, name)
    gone: set[tuple[str, ...]] = set()
    for wanted in given:
        matching = {tuple(partition["Values"]) for partition in _matching(context, found, wanted)}
        if not matching and not may_lack:
            raise refusals.no_partition(str(wanted))
        gone |= matching
    for values in sorted(gone):
        context.lake.glue.client.delete_partition(
            DatabaseName=name.database, TableName=name.table, PartitionValues=list(values)
        )
    return done("ALTER_TABLE_DROP_PARTITION")


def change(cursor: Cursor, context: Context, name: Named) -> Answer:
    """`PARTITION (…) {RENAME TO PARTITION (…) | SET LOCATION 'place'}`."""
    given, renamed, location = partition_values(cursor), None, None
    if cursor.accept("SET", "LOCATION"):
        location = cursor.string()
    else:
        cursor.expect("RENAME", "TO")
        renamed = partition_values(cursor)
    cursor.end()
    found = hive_table(context, name)
    values = _in_order(found, given)
    partition = next(_matching(context, found, dict(zip(_keys(found), values, strict=True))), None)
    if partition is None:
        raise refusals.no_partition(_written(found, values))
    made = {"Values": values, "StorageDescriptor": partition["StorageDescriptor"]}
    if renamed is not None:
        made["Values"] = _in_order(found, renamed)
    if location is not None:
        made["StorageDescriptor"] = {**partition["StorageDescriptor"], "Location": location}
    context.lake.glue.client.update_partition(
        DatabaseName=name.database, TableName=name.table, PartitionValueList=values, PartitionInput=made
    )
    return done("ALTER_TABLE_PARTITION")


def repair(cursor: Cursor, context: Context) -> Answer:
    """MSCK REPAIR TABLE: folders that are named as partitions become some."""
    name = table_name(cursor, context.database)
    cursor.end()
    found = hive_table(context, name)
    new = [
        f"{name.table}:{_written(found, values)}"
        for values in _stored(context, found)
        if context.lake.glue.create_partition(found, values, _folder(found, values))
    ]
    missing = [f"Partitions not in metastore:\t{' '.join(new)}"] if new else []
    return told("MSCK_REPAIR_TABLE", [*missing, *(f"Repair: Added partition to metastore {text}" for text in new)])


def show(cursor: Cursor, context: Context) -> Answer:
    """`[database.]table`."""
    name = table_name(cursor, context.database)
    cursor.end()
    found = hive_table(context, name)
    if not found.get("PartitionKeys"):
        raise refusals.wrong(f"Table {name} is not a partitioned table")
    partitions = context.lake.glue.partitions(name.database, name.table)
    return shown(
        "SHOW_PARTITIONS", ["partition"], sorted([_written(found, partition["Values"])] for partition in partitions)
    )


def hive_table(context: Context, name: Named) -> dict[str, Any]:
    """A table of Hive's.

    Raises:
        SqlError: it is not there, or Iceberg's, whose partitions are its own affair.
    """
    found = context.table(name)
    if is_iceberg(found):
        raise refusals.wrong(f"{name} is an Iceberg table, whose partitions follow from its rows")
    return found


def _added(cursor: Cursor) -> tuple[dict[str, str], str | None]:
    """A partition's values, and its place where one is said."""
    return partition_values(cursor), cursor.string() if cursor.accept("LOCATION") else None


def _keys(found: Mapping[str, Any]) -> list[str]:
    return [key["Name"].lower() for key in found.get("PartitionKeys", ())]


def _in_order(found: Mapping[str, Any], values: Mapping[str, str]) -> list[str]:
    keys = _keys(found)
    if sorted(keys) != sorted(values):
        raise refusals.wrong(f"Partition spec {dict(values)} contains non-partition columns, or lacks some of {keys}")
    return [values[key] for key in keys]


def _matching(context: Context, found: Mapping[str, Any], wanted: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    keys = _keys(found)
    if not wanted.keys() <= set(keys):
        raise refusals.wrong(f"Partition spec {dict(wanted)} contains non-partition columns")
    for partition in list(context.lake.glue.partitions(found["DatabaseName"], found["Name"])):
        if wanted.items() <= dict(zip(keys, partition["Values"], strict=True)).items():
            yield partition


def _refuse_known(context: Context, found: Mapping[str, Any], wanted: Sequence[Sequence[str]]) -> None:
    """Before the first is added: all are, or none."""
    for place, values in enumerate(wanted):
        if values in wanted[:place] or context.lake.glue.has_partition(found, values):
            raise refusals.partition_exists(_written(found, values))


def _written(found: Mapping[str, Any], values: Sequence[str]) -> str:
    return "/".join(f"{key}={value}" for key, value in zip(_keys(found), values, strict=True))


def _folder(found: Mapping[str, Any], values: Sequence[str]) -> str:
    return as_folder(found["StorageDescriptor"]["Location"]) + folder_of(_keys(found), values)


def _stored(context: Context, found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The values of partitions for which there are folders with files."""
    root, keys = as_folder(found["StorageDescriptor"]["Location"]), _keys(found)
    if not keys:
        return []
    paths = (stored.path.removeprefix(root) for stored in context.lake.objects.below(root))
    return sorted({values for path in paths if (values := texts_of(path, keys)) is not None})
