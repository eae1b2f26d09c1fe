"""New tables in the catalog."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import TableAlreadyExistsError
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema, assign_fresh_schema_ids
from pyiceberg.transforms import Transform, parse_transform
from pyiceberg.types import NestedField

from scenarios.targets.embedded.athena.lake.glue import AlreadyThere, Glue
from scenarios.targets.embedded.athena.lake.hive.types import to_hive
from scenarios.targets.embedded.athena.lake.iceberg.types import to_iceberg
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import Type

_TRANSFORM: Final = re.compile(r"(?:(\w+)\()?\s*(?:(\d+)\s*,)?\s*(\w+)\s*(?:,\s*(\d+))?\s*\)?")
_KNOWN: Final = ("identity", "year", "month", "day", "hour", "bucket", "truncate")
_FIRST_PARTITION_ID: Final = 1000
PROPERTIES: Final = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "commit.manifest-merge.enabled": "true",
}


@dataclass(frozen=True)
class NewTable:
    """A table that is to be.

    Attributes:
        columns: names, types, comments.
    """

    database: str
    name: str
    columns: Sequence[tuple[str, Type, str | None]]
    location: str
    comment: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


def create_iceberg(catalog: GlueCatalog, new: NewTable, partitioned_by: Sequence[str] = ()) -> None:
    """An Iceberg table without rows.

    Args:
        partitioned_by: columns' names, or transforms of them: `day(ts)`, `bucket(16, id)`.

    Raises:
        AlreadyThere: there is a table of that name.
        SqlError: NOT_SUPPORTED, a type or a file format; INVALID_TABLE_PROPERTY, a partition;
            ICEBERG_FILESYSTEM_ERROR, its folder cannot be written.
    """
    properties = _iceberg_properties(new)
    numbers = count(1).__next__
    fields = [
        NestedField(numbers(), name, to_iceberg(kind, numbers), required=False, doc=comment)
        for name, kind, comment in new.columns
    ]
    schema = assign_fresh_schema_ids(Schema(*fields))
    spec = PartitionSpec(*(_partition(schema, text, place) for place, text in enumerate(partitioned_by)))
    identifier = f"{new.database}.{new.name}"
    try:
        catalog.create_table(identifier, schema, new.location.rstrip("/"), spec, properties=properties)
    except TableAlreadyExistsError as exists:
        raise AlreadyThere(new.database, new.name) from exists
    except OSError as error:
        raise SqlError("ICEBERG_FILESYSTEM_ERROR", f"Failed to create {identifier}: {error}") from error


def create_hive(
    glue: Glue, new: NewTable, storage: Mapping[str, Any], partition_keys: Sequence[Mapping[str, str]]
) -> None:
    """A Hive table over the files at its location.

    Args:
        storage: formats, as a storage descriptor of Glue has them.
        partition_keys: columns as Glue has them.

    Raises:
        AlreadyThere: there is a table of that name.
    """
    columns = [
        {"Name": name, "Type": to_hive(kind), **({} if comment is None else {"Comment": comment})}
        for name, kind, comment in new.columns
    ]
    made: dict[str, Any] = {
        "Name": new.name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {"Columns": columns, "Location": new.location, **storage},
        "PartitionKeys": list(partition_keys),
        "Parameters": {"EXTERNAL": "TRUE", **new.properties},
    }
    if new.comment is not None:
        made["Parameters"]["comment"] = new.comment
    glue.create_table(new.database, made)


def _iceberg_properties(new: NewTable) -> dict[str, str]:
    given = {key: value for key, value in new.properties.items() if key != "table_type"}
    file_format = given.pop("format", "parquet").lower()
    if file_format != "parquet":
        raise not_supported(f"an Iceberg table of {file_format} files")
    codec = given.pop("write_compression", None)
    chosen = {"write.parquet.compression-codec": codec.lower()} if codec else {}
    comment = {} if new.comment is None else {"comment": new.comment}
    return {**PROPERTIES, **chosen, **comment, **given}


def _partition(schema: Schema, text: str, place: int) -> PartitionField:
    found = _TRANSFORM.fullmatch(text.strip().lower())
    if found is None:
        raise SqlError("INVALID_TABLE_PROPERTY", f"{text!r} is no partition of an Iceberg table")
    word, before, column, after = found.groups()
    transform = _transform(word, before or after, text)
    names = {field.name.lower(): field for field in schema.fields}
    if column not in names:
        raise SqlError("INVALID_TABLE_PROPERTY", f"Unknown partition column: {column}")
    source = names[column]
    if not transform.can_transform(source.field_type):
        raise SqlError("INVALID_TABLE_PROPERTY", f"Cannot partition by {text}: {column} is a {source.field_type}")
    suffix = {None: "", "truncate": "_trunc"}.get(word, f"_{word}")
    return PartitionField(source.field_id, _FIRST_PARTITION_ID + place, transform, f"{source.name}{suffix}")


def _transform(word: str | None, number: str | None, text: str) -> Transform[Any, Any]:
    singular = (word or "identity").removesuffix("s")
    written = f"{singular}[{number}]" if number else singular
    if (singular in ("bucket", "truncate")) != bool(number) or singular not in _KNOWN:
        raise SqlError("INVALID_TABLE_PROPERTY", f"{text!r} is no partition of an Iceberg table")
    made: Transform[Any, Any] = parse_transform(written)
    return made
