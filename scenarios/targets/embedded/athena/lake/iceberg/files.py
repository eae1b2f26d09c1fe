"""How data files of an Iceberg table, of whatever age, become rows of the columns that a statement wants.

Columns are found by the numbers that they keep when they are renamed; a column that a file has not yet is null in it,
and one that was widened since is widened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.expressions import BooleanExpression
from pyiceberg.io.pyarrow import _get_column_projection_values as values_of_partition
from pyiceberg.io.pyarrow import parquet_path_to_id_mapping, pyarrow_to_schema
from pyiceberg.schema import Schema, prune_columns
from pyiceberg.types import ListType, MapType

from scenarios.targets.embedded.athena.lake.held import arrow_schema, hold
from scenarios.targets.embedded.athena.lake.hidden import NAMES, hidden_array
from scenarios.targets.embedded.athena.lake.iceberg.deletes import Positions, without_deleted
from scenarios.targets.embedded.athena.lake.iceberg.evolution import columns_now, repeated
from scenarios.targets.embedded.athena.lake.reading.reading import RowGroups, in_runs
from scenarios.targets.embedded.athena.lake.reading.row_groups import RowGroupFilter
from scenarios.targets.embedded.athena.sql.types import Type

if TYPE_CHECKING:
    from pyiceberg.table import FileScanTask
    from pyiceberg.table.metadata import TableMetadata


@dataclass(frozen=True)
class _Shape:
    """What a file has of the wanted columns, and values of those that it takes from its partition."""

    schema: Schema
    missing: dict[int, Any]


class DataFiles:
    """The files of one scan.

    Args:
        metadata: the table's, whose current schema is that which the statement sees.
        shown: the wanted columns, in order.
        where: on the table's columns.
        deleted: of each file, the rows that are no more.
        modified: when each file was written, if that is wanted.
    """

    def __init__(
        self,
        metadata: "TableMetadata",
        shown: Sequence[tuple[str, Type]],
        where: BooleanExpression,
        deleted: Mapping[str, Positions],
        modified: Mapping[str, datetime],
    ) -> None:
        self._metadata = metadata
        self._schema = schema = metadata.schema()
        self._shown = shown
        self._arrow = arrow_schema(shown)
        names = (name for name, _ in shown if name not in NAMES)
        self._wanted = Schema(*(schema.find_field(name, case_sensitive=False) for name in names))
        self._filter = RowGroupFilter(schema, where)
        self._deleted = deleted
        self._modified = modified
        self._shapes: dict[str, _Shape] = {}

    def row_groups(self, task: "FileScanTask", footer: pq.FileMetaData) -> Iterator[RowGroups]:
        """What is to be read of a file."""
        path = task.file.file_path
        schema = pyarrow_to_schema(
            footer.schema.to_arrow_schema(), self._schema.name_mapping, downcast_ns_timestamp_to_us=True
        )
        ids = parquet_path_to_id_mapping(schema)
        spec = self._metadata.specs().get(task.file.spec_id)
        self._shapes[path] = _Shape(
            prune_columns(schema, _without_containers(self._wanted), select_full_types=False),
            values_of_partition(task.file, self._wanted, self._schema, spec, schema.field_ids),
        )
        leaves = tuple(
            place
            for place in range(footer.num_columns)
            if ids.get(footer.schema.column(place).path) in self._wanted.field_ids
        )
        yield from in_runs(path, footer, self._filter.kept(footer, ids), leaves)

    def finish(self, group: RowGroups, first: int, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows of a file, as they were read from its place `first` on, as rows of the wanted columns."""
        path = group.path
        if path in self._deleted:
            batch = without_deleted(batch, first, self._deleted[path])
        rows = batch.num_rows
        arrays = iter(self._as_now(batch, self._shapes[path]))
        columns = [
            hidden_array(name, path, rows, self._modified.get(path)) if name in NAMES else hold(next(arrays), kind)
            for name, kind in self._shown
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self._arrow)

    def _as_now(self, batch: pa.RecordBatch, shape: _Shape) -> "list[pa.Array[Any]]":
        stored, wanted = shape.schema.as_struct(), self._wanted.as_struct()
        arrays = columns_now(batch.columns, stored, wanted, batch.num_rows)
        for place, field in enumerate(wanted.fields):
            if field.field_id in shape.missing:
                arrays[place] = repeated(shape.missing[field.field_id], field.field_type, batch.num_rows)
        return arrays


def _without_containers(schema: Schema) -> set[int]:
    """The columns' numbers without those of lists and maps, which stand for all that is in them."""
    return {number for number in schema.field_ids if not isinstance(schema.find_type(number), (ListType, MapType))}
