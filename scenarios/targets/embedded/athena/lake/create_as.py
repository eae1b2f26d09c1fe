"""CREATE TABLE AS: a new table, of Iceberg's or Hive's, with the rows of a query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from scenarios.targets.embedded.athena.lake.creation import NewTable, create_hive, create_iceberg
from scenarios.targets.embedded.athena.lake.glue import CATALOG, AlreadyThere
from scenarios.targets.embedded.athena.lake.hive.changes import add_partitions
from scenarios.targets.embedded.athena.lake.hive.formats import FORMATS
from scenarios.targets.embedded.athena.lake.hive.types import to_hive
from scenarios.targets.embedded.athena.lake.hive.writer import Target, take_back, write_hive
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


@dataclass(frozen=True)
class AsSelect:
    """A table that is to have the rows of a query.

    Attributes:
        columns: the query's.
        options: what stands in WITH, its names in lower case; arrays as sequences.
        elsewhere: where the table's files go if no option says it.
    """

    database: str
    name: str
    columns: Sequence[tuple[str, Type]]
    options: Mapping[str, Option]
    elsewhere: str

    @property
    def location(self) -> str:
        """Where the table's files go."""
        return str(self.options.get("location", self.options.get("external_location", self.elsewhere)))

    def of(self, columns: Sequence[tuple[str, Type]], properties: Mapping[str, str]) -> NewTable:
        """As the catalog is to have it."""
        return NewTable(
            self.database, self.name, [(name, kind, None) for name, kind in columns], self.location, None, properties
        )


def create_table_as(lake: "Lake", wanted: AsSelect, batches: Iterable[pa.RecordBatch]) -> Written:
    """Make a table of a query's rows.

    Args:
        batches: the rows, as they are held.

    Raises:
        SqlError: TABLE_ALREADY_EXISTS, SCHEMA_NOT_FOUND, what is wrong with an option, or whatever `batches` raises;
            there is no table then, nor are there files of it.
    """
    lake.glue.database(wanted.database)
    if lake.glue.table_or_none(wanted.database, wanted.name) is not None:
        raise _exists(wanted)
    is_iceberg = str(wanted.options.get("table_type", "HIVE")).upper() == "ICEBERG"
    try:
        return (_iceberg if is_iceberg else _hive)(lake, wanted, batches)
    except AlreadyThere as meanwhile:
        raise _exists(wanted) from meanwhile


def _exists(wanted: AsSelect) -> SqlError:
    named = f"{CATALOG}.{wanted.database}.{wanted.name}"
    return SqlError("TABLE_ALREADY_EXISTS", f"Destination table '{named}' already exists")


def _iceberg(lake: "Lake", wanted: AsSelect, batches: Iterable[pa.RecordBatch]) -> Written:
    if wanted.options.get("is_external", "false") != "false":
        raise SqlError("INVALID_TABLE_PROPERTY", "An Iceberg table needs the property is_external = false")
    taken = ("location", "partitioning", "is_external")
    rest = {key: str(value) for key, value in wanted.options.items() if key not in taken}
    new = wanted.of(wanted.columns, rest)
    _refuse_full(lake, new)
    create_iceberg(lake.catalog, new, list(wanted.options.get("partitioning", ())))
    with _gone_if_it_fails(lake, new):
        return lake.changes.append(new.database, new.name, batches)


def _hive(lake: "Lake", wanted: AsSelect, batches: Iterable[pa.RecordBatch]) -> Written:
    target, storage = _target(wanted)
    new = wanted.of(target.own, {})
    _refuse_full(lake, new)
    partition_keys = [{"Name": key, "Type": to_hive(kind)} for key, kind in target.columns[len(target.own) :]]
    written = write_hive(lake.reading.store, lake.objects, target, batches)
    try:
        create_hive(lake.glue, new, storage, partition_keys)
    except BaseException:
        # The table of that name, if there is one now, is another's.
        take_back(lake.objects, written.files)
        raise
    with _gone_if_it_fails(lake, new):
        add_partitions(lake.glue, lake.glue.table(new.database, new.name), written)
    return written


@contextmanager
def _gone_if_it_fails(lake: "Lake", new: NewTable) -> Iterator[None]:
    """Neither the table nor its files stay if the block raises."""
    try:
        yield
    except BaseException:
        # The first failure is the one that is told.
        with suppress(ClientError, BotoCoreError):
            lake.glue.client.delete_table(DatabaseName=new.database, Name=new.name)
        with suppress(SqlError, ClientError, BotoCoreError):
            lake.objects.remove(new.location)
        raise


def _target(wanted: AsSelect) -> tuple[Target, Mapping[str, Any]]:
    """Where rows go, and how Glue describes what is there."""
    options = wanted.options
    if unknown := options.keys() - _OF_HIVE - _NOT_HERE:
        raise SqlError("INVALID_TABLE_PROPERTY", f"Table property '{min(unknown)}' does not exist")
    if missing := options.keys() & _NOT_HERE:
        raise not_supported(f"the table property {min(missing)}")
    keys = [key.lower() for key in options.get("partitioned_by", ())]
    names = [column for column, _ in wanted.columns]
    if keys and names[-len(keys) :] != keys:
        raise SqlError(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the table properties: "
            f"[{', '.join(keys)}]",
        )
    storage = _storage(str(options.get("format", "PARQUET")))
    codec = str(options.get("write_compression", "gzip"))
    serde = storage["SerdeInfo"]["SerializationLibrary"]
    return Target(wanted.location, wanted.columns, len(keys), codec, serde), storage


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
