"""CREATE TABLE AS: a new table, of Iceberg's or Hive's, with the rows of a query."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from scenarios.targets.embedded.athena.lake.creation import NewTable, create_hive, create_iceberg
from scenarios.targets.embedded.athena.lake.glue import CATALOG
from scenarios.targets.embedded.athena.lake.hive_changes import add_partitions
from scenarios.targets.embedded.athena.lake.hive_formats import FORMATS
from scenarios.targets.embedded.athena.lake.hive_types import to_hive
from scenarios.targets.embedded.athena.lake.hive_writer import Target, write_hive
from scenarios.targets.embedded.athena.lake.written import Written
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import Type

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.lake.catalog import Lake

Option = str | Sequence[str]
_OF_HIVE: Final = {"format", "write_compression", "external_location", "partitioned_by", "table_type", "is_external"}
_NOT_HERE: Final = {
    *("bucketed_by", "bucket_count", "orc_compression", "parquet_compression", "compression_level", "field_delimiter"),
}
"""Athena's own that make no table here."""

_FORMATS_NOT_HERE: Final = ("JSON", "ION")


def create_table_as(
    lake: "Lake",
    database: str,
    name: str,
    columns: Sequence[tuple[str, Type]],
    options: Mapping[str, Option],
    batches: Iterable[pa.RecordBatch],
    location: str,
) -> Written:
    """Make a table of a query's rows.

    Args:
        options: what stands in WITH, its names in lower case; arrays as sequences.
        batches: the rows, as they are held.
        location: where the table's files go if no option says it.

    Raises:
        SqlError: TABLE_ALREADY_EXISTS, SCHEMA_NOT_FOUND, what is wrong with an option, or whatever `batches` raises;
            there is no table then.
    """
    lake.glue.database(database)
    if lake.glue.table_or_none(database, name) is not None:
        raise SqlError("TABLE_ALREADY_EXISTS", f"Destination table '{CATALOG}.{database}.{name}' already exists")
    place = str(options.get("location", options.get("external_location", location)))
    make = _iceberg if str(options.get("table_type", "HIVE")).upper() == "ICEBERG" else _hive
    return make(lake, database, name, columns, options, batches, place)


def _iceberg(
    lake: "Lake",
    database: str,
    name: str,
    columns: Sequence[tuple[str, Type]],
    options: Mapping[str, Option],
    batches: Iterable[pa.RecordBatch],
    location: str,
) -> Written:
    if options.get("is_external", "false") != "false":
        raise SqlError("INVALID_TABLE_PROPERTY", "An Iceberg table needs the property is_external = false")
    rest = {key: str(value) for key, value in options.items() if key not in ("location", "partitioning", "is_external")}
    new = NewTable(
        database=database,
        name=name,
        columns=[(column, kind, None) for column, kind in columns],
        location=location,
        properties=rest,
    )
    _refuse_full(lake, new)
    create_iceberg(lake.catalog, new, list(options.get("partitioning", ())))
    try:
        return lake.changes.append(database, name, batches)
    except BaseException:
        lake.glue.client.delete_table(DatabaseName=database, Name=name)
        lake.objects.remove(new.location)
        raise


def _hive(
    lake: "Lake",
    database: str,
    name: str,
    columns: Sequence[tuple[str, Type]],
    options: Mapping[str, Option],
    batches: Iterable[pa.RecordBatch],
    location: str,
) -> Written:
    if unknown := options.keys() - _OF_HIVE - _NOT_HERE:
        raise SqlError("INVALID_TABLE_PROPERTY", f"Table property '{min(unknown)}' does not exist")
    if missing := options.keys() & _NOT_HERE:
        raise not_supported(f"the table property {min(missing)}")
    keys = [key.lower() for key in options.get("partitioned_by", ())]
    names = [column for column, _ in columns]
    if keys and names[-len(keys) :] != keys:
        raise SqlError(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the table properties: "
            f"[{', '.join(keys)}]",
        )
    storage = _storage(str(options.get("format", "PARQUET")))
    target = Target(
        location=location,
        columns=columns,
        keys=len(keys),
        codec=str(options.get("write_compression", "gzip")),
        serde=storage["SerdeInfo"]["SerializationLibrary"],
    )
    new = NewTable(database, name, [(column, kind, None) for column, kind in target.own], target.location)
    _refuse_full(lake, new)
    partition_keys = [{"Name": key, "Type": to_hive(dict(columns)[key])} for key in keys]
    written = write_hive(lake.reading.store, target, batches)
    create_hive(lake.glue, new, storage, partition_keys)
    add_partitions(lake.glue, lake.glue.table(database, name), written)
    return written


def _refuse_full(lake: "Lake", new: NewTable) -> None:
    """A folder with files may be another's, and what is made in it may have to be removed."""
    if any(lake.objects.below(new.location)):
        raise SqlError(
            "HIVE_PATH_ALREADY_EXISTS",
            f"Target directory for table '{new.database}.{new.name}' already exists: {new.location}. You may need to "
            "manually clean the data at that location.",
        )


def _storage(name: str) -> dict[str, Any]:
    if name.upper() not in (*FORMATS, *_FORMATS_NOT_HERE):
        raise SqlError("INVALID_TABLE_PROPERTY", f"Invalid value [{name}] for table property 'format'")
    if name.upper() not in FORMATS:
        raise not_supported(f"the format {name}")
    return FORMATS[name.upper()].in_glue
