"""`orders$partitions`: of each partition of an Iceberg table, its rows, files and bytes, and what its columns hold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyiceberg.conversions import from_bytes
from pyiceberg.expressions import BooleanExpression
from pyiceberg.manifest import DataFileContent
from pyiceberg.types import NestedField, PrimitiveType

from scenarios.targets.embedded.athena.lake.held import hold
from scenarios.targets.embedded.athena.lake.iceberg.evolution import arrow_of
from scenarios.targets.embedded.athena.lake.iceberg.types import from_iceberg
from scenarios.targets.embedded.athena.lake.metadata.row_table import Row, RowTable
from scenarios.targets.embedded.athena.lake.reading.streams import Failed
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import BIGINT, Type

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot
    from pyiceberg.typedef import Record


def partitions_table(table: "Table", snapshot: "Snapshot | None", failed: Failed) -> RowTable:
    """The partitions at a snapshot; a table without any is one."""
    keys = table.spec().partition_type(table.schema()).fields
    columns: dict[str, Type] = {}
    if keys:
        columns["partition"] = types.row([from_iceberg(k.field_type) for k in keys], [k.name for k in keys])
    columns |= {"record_count": BIGINT, "file_count": BIGINT, "total_size": BIGINT}
    judged = [field for field in table.schema().fields if isinstance(field.field_type, PrimitiveType)]
    kinds = [from_iceberg(field.field_type) for field in judged]
    told = [types.row([kind, kind, BIGINT, BIGINT], ["min", "max", "null_count", "nan_count"]) for kind in kinds]
    columns["data"] = types.row(told, [field.name for field in judged])

    def rows(_where: BooleanExpression) -> Iterator[Row]:
        for partition, files in _by_partition(table, snapshot).items():
            key = {f"f{place}": _held(k, partition[place]) for place, k in enumerate(keys)}
            data = {f"f{place}": _told(field, files) for place, field in enumerate(judged)}
            counts = (sum(f.record_count for f in files), len(files), sum(f.file_size_in_bytes for f in files))
            yield (*([key] if keys else []), *counts, data)

    return RowTable(columns, rows, failed)


def _by_partition(table: "Table", snapshot: "Snapshot | None") -> dict["Record", list["DataFile"]]:
    found: dict[Record, list[DataFile]] = {}
    for manifest in snapshot.manifests(table.io) if snapshot else ():
        for entry in manifest.fetch_manifest_entry(table.io):
            if entry.data_file.spec_id != table.spec().spec_id:
                raise not_supported("$partitions of a table whose partitions were others")
            if entry.data_file.content == DataFileContent.DATA:
                found.setdefault(entry.data_file.partition, []).append(entry.data_file)
    return found


def _told(field: NestedField, files: Iterable["DataFile"]) -> dict[str, Any]:
    """The least and largest value of a column, where all files tell, and how many are null and not a number."""
    low = [_bound(field, file.lower_bounds) for file in files]
    high = [_bound(field, file.upper_bounds) for file in files]
    return {
        "f0": None if None in low else _held(field, min(low)),
        "f1": None if None in high else _held(field, max(high)),
        "f2": _sum(field, (file.null_value_counts for file in files)),
        "f3": _sum(field, (file.nan_value_counts for file in files)),
    }


def _bound(field: NestedField, bounds: Mapping[int, bytes] | None) -> Any:
    kind: Any = field.field_type
    found = (bounds or {}).get(field.field_id)
    return None if found is None else from_bytes(kind, found)


def _sum(field: NestedField, counts: Iterable[Mapping[int, int] | None]) -> int | None:
    found = [(count or {}).get(field.field_id) for count in counts]
    return None if None in found else sum(count for count in found if count is not None)


def _held(field: NestedField, value: Any) -> Any:
    """Iceberg's own form of a value, in which a date is a number, as it is held."""
    kind = arrow_of(field.field_type)
    whole = pa.int32() if pa.types.is_date(kind) else pa.int64()
    is_time = pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind)
    array: pa.Array[Any] = pa.array([value], whole).cast(kind) if is_time else pa.array([value], kind)
    return hold(array, from_iceberg(field.field_type)).to_pylist()[0]
