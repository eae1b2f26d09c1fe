"""What an Iceberg table says of itself, as tables: `orders$files`, `orders$snapshots` and so on.

Names and types as in Trino 435: https://trino.io/docs/435/connector/iceberg.html#metadata-tables
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pyiceberg.conversions import from_bytes
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table.snapshots import ancestors_of
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import PrimitiveType

from scenarios.targets.embedded.athena.lake.glue import CATALOG
from scenarios.targets.embedded.athena.lake.metadata.partitions_table import partitions_table
from scenarios.targets.embedded.athena.lake.metadata.row_table import Row, RowTable
from scenarios.targets.embedded.athena.lake.reading.streams import Failed
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, INTEGER, VARBINARY, VARCHAR, Type

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

_AT: Final = types.zoned(3)
_COUNTS: Final = types.mapping(INTEGER, BIGINT)
_BOUNDS: Final = types.mapping(INTEGER, VARCHAR)
_SUMMARY: Final = types.row(
    [BOOLEAN, BOOLEAN, VARCHAR, VARCHAR], ["contains_null", "contains_nan", "lower_bound", "upper_bound"]
)
COLUMNS: Final[Mapping[str, Mapping[str, Type]]] = {
    "snapshots": {
        "committed_at": _AT,
        "snapshot_id": BIGINT,
        "parent_id": BIGINT,
        "operation": VARCHAR,
        "manifest_list": VARCHAR,
        "summary": types.mapping(VARCHAR, VARCHAR),
    },
    "history": {"made_current_at": _AT, "snapshot_id": BIGINT, "parent_id": BIGINT, "is_current_ancestor": BOOLEAN},
    "files": {
        "content": INTEGER,
        "file_path": VARCHAR,
        "file_format": VARCHAR,
        "record_count": BIGINT,
        "file_size_in_bytes": BIGINT,
        "column_sizes": _COUNTS,
        "value_counts": _COUNTS,
        "null_value_counts": _COUNTS,
        "nan_value_counts": _COUNTS,
        "lower_bounds": _BOUNDS,
        "upper_bounds": _BOUNDS,
        "key_metadata": VARBINARY,
        "split_offsets": types.array(BIGINT),
        "equality_ids": types.array(INTEGER),
    },
    "manifests": {
        "path": VARCHAR,
        "length": BIGINT,
        "partition_spec_id": INTEGER,
        "added_snapshot_id": BIGINT,
        "added_data_files_count": INTEGER,
        "added_rows_count": BIGINT,
        "existing_data_files_count": INTEGER,
        "existing_rows_count": BIGINT,
        "deleted_data_files_count": INTEGER,
        "deleted_rows_count": BIGINT,
        "partition_summaries": types.array(_SUMMARY),
    },
    "refs": {
        "name": VARCHAR,
        "type": VARCHAR,
        "snapshot_id": BIGINT,
        "max_reference_age_in_ms": BIGINT,
        "min_snapshots_to_keep": INTEGER,
        "max_snapshot_age_in_ms": BIGINT,
    },
    "properties": {"key": VARCHAR, "value": VARCHAR},
}


def metadata_table(table: "Table", snapshot: "Snapshot | None", part: str, failed: Failed) -> RowTable:
    """A part of a table's metadata.

    Args:
        snapshot: that which `$files`, `$manifests` and `$partitions` are about; None for a table that has none.
        part: what stands after the dollar sign.

    Raises:
        SqlError: TABLE_NOT_FOUND, there is no such part.
    """
    if part == "partitions":
        return partitions_table(table, snapshot, failed)
    if part not in COLUMNS:
        database, name = table.name()
        raise SqlError("TABLE_NOT_FOUND", f"Table '{CATALOG}.{database}.{name}${part}' does not exist")
    make = _MAKERS[part]

    def rows(_where: BooleanExpression) -> Iterator[Row]:
        return make(table, snapshot)

    return RowTable(COLUMNS[part], rows, failed)


def _time(milliseconds: int) -> dict[str, Any]:
    return {"utc": datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None), "zone": "UTC"}


def _snapshots(table: "Table", _snapshot: "Snapshot | None") -> Iterator[Row]:
    for found in table.snapshots():
        said = found.summary
        operation = said.operation.value if said else None
        more = list(said.additional_properties.items()) if said else None
        at = _time(found.timestamp_ms)
        yield at, found.snapshot_id, found.parent_snapshot_id, operation, found.manifest_list, more


def _history(table: "Table", _snapshot: "Snapshot | None") -> Iterator[Row]:
    ancestors = {found.snapshot_id for found in ancestors_of(table.current_snapshot(), table.metadata)}
    for entry in table.history():
        found = table.snapshot_by_id(entry.snapshot_id)
        parent = found.parent_snapshot_id if found else None
        yield _time(entry.timestamp_ms), entry.snapshot_id, parent, entry.snapshot_id in ancestors


def _files(table: "Table", snapshot: "Snapshot | None") -> Iterator[Row]:
    for manifest in snapshot.manifests(table.io) if snapshot else ():
        for entry in manifest.fetch_manifest_entry(table.io):
            yield _file(entry.data_file, table.schema())


def _file(file: "DataFile", schema: "Schema") -> Row:
    return (
        file.content.value,
        file.file_path,
        file.file_format.value,
        file.record_count,
        file.file_size_in_bytes,
        *(
            list(counts.items()) if counts is not None else None
            for counts in (file.column_sizes, file.value_counts, file.null_value_counts, file.nan_value_counts)
        ),
        _bounds(file.lower_bounds, schema),
        _bounds(file.upper_bounds, schema),
        file.key_metadata,
        file.split_offsets,
        file.equality_ids,
    )


def _bounds(bounds: Mapping[int, bytes] | None, schema: "Schema") -> list[tuple[int, str]] | None:
    """Bounds of the columns that the table has now, as texts."""
    if bounds is None:
        return None
    kinds = {number: schema.find_type(number) for number in bounds if number in schema.field_ids}
    return [
        (number, _as_text(kind, bounds[number])) for number, kind in kinds.items() if isinstance(kind, PrimitiveType)
    ]


def _as_text(kind: Any, bound: bytes) -> str:
    identity: Any = IdentityTransform()
    return str(identity.to_human_string(kind, from_bytes(kind, bound)))


def _manifests(table: "Table", snapshot: "Snapshot | None") -> Iterator[Row]:
    for found in snapshot.manifests(table.io) if snapshot else ():
        fields = table.specs()[found.partition_spec_id].partition_type(table.schema()).fields
        kinds = [field.field_type for field in fields]
        summaries = [
            {
                "f0": summary.contains_null,
                "f1": summary.contains_nan,
                "f2": _bound(kind, summary.lower_bound),
                "f3": _bound(kind, summary.upper_bound),
            }
            for kind, summary in zip(kinds, found.partitions or (), strict=False)
        ]
        yield (
            found.manifest_path,
            found.manifest_length,
            found.partition_spec_id,
            found.added_snapshot_id,
            found.added_files_count,
            found.added_rows_count,
            found.existing_files_count,
            found.existing_rows_count,
            found.deleted_files_count,
            found.deleted_rows_count,
            summaries,
        )


def _bound(kind: Any, bound: bytes | None) -> str | None:
    return None if bound is None else _as_text(kind, bound)


def _refs(table: "Table", _snapshot: "Snapshot | None") -> Iterator[Row]:
    for name, ref in table.refs().items():
        yield (
            name,
            ref.snapshot_ref_type.value.upper(),
            ref.snapshot_id,
            ref.max_ref_age_ms,
            ref.min_snapshots_to_keep,
            ref.max_snapshot_age_ms,
        )


def _properties(table: "Table", _snapshot: "Snapshot | None") -> Iterator[Row]:
    yield from sorted(table.properties.items())


_MAKERS: Final[Mapping[str, "Callable[[Table, Snapshot | None], Iterator[Row]]"]] = {
    "snapshots": _snapshots,
    "history": _history,
    "files": _files,
    "manifests": _manifests,
    "refs": _refs,
    "properties": _properties,
}
