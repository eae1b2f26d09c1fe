"""Which row groups of a Parquet file may hold rows for which a condition is true, by the statistics of its footer."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.conversions import to_bytes
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.expressions.visitors import _InclusiveMetricsEvaluator as Evaluator
from pyiceberg.expressions.visitors import bind, extract_field_ids, rewrite_not
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, PrimitiveType
from pyiceberg.utils.decimal import unscaled_to_decimal


class RowGroupFilter:
    """Judges the row groups of a table's files.

    Args:
        schema: the table's.
        where: on columns of `schema`.
    """

    def __init__(self, schema: Schema, where: BooleanExpression) -> None:
        self._all = isinstance(where, AlwaysTrue)
        self._evaluator = Evaluator(schema, where, case_sensitive=False)
        bound = bind(schema, rewrite_not(where), case_sensitive=False)
        self._types = {
            field_id: kind
            for field_id in extract_field_ids(bound)
            if isinstance(kind := schema.find_type(field_id), PrimitiveType)
        }

    def kept(self, footer: pq.FileMetaData, ids: Mapping[str, int]) -> list[int]:
        """The places of the row groups to be read.

        Args:
            ids: the table's field that each of the file's columns is, by path.
        """
        groups = range(footer.num_row_groups)
        if self._all:
            return list(groups)
        leaves = [footer.schema.column(place).path for place in range(footer.num_columns)]
        judged = {place: ids[path] for place, path in enumerate(leaves) if ids.get(path) in self._types}
        return [group for group in groups if self._evaluator.eval(self._as_file(footer.row_group(group), judged))]

    def _as_file(self, group: pq.RowGroupMetaData, judged: Mapping[int, int]) -> DataFile:
        """A row group as if it were all of a file, which is what pyiceberg judges."""
        values: dict[int, int] = {}
        nulls: dict[int, int] = {}
        lower: dict[int, bytes] = {}
        upper: dict[int, bytes] = {}
        for place, field_id in judged.items():
            column = group.column(place)
            values[field_id] = column.num_values
            statistics = column.statistics if column.is_stats_set else None
            if statistics is None:
                continue
            if (null_count := statistics.null_count) is not None:
                nulls[field_id] = null_count
            if statistics.has_min_max and (bounds := _bounds(statistics, self._types[field_id])):
                lower[field_id], upper[field_id] = bounds
        return DataFile.from_args(
            record_count=group.num_rows,
            value_counts=values,
            null_value_counts=nulls,
            nan_value_counts={},
            lower_bounds=lower,
            upper_bounds=upper,
        )


def _bounds(statistics: Any, kind: PrimitiveType) -> tuple[bytes, bytes] | None:
    """The least and the largest value, as the table's type has them; None where nothing can be said of them."""
    try:
        if isinstance(kind, DecimalType) and statistics.physical_type != "FIXED_LEN_BYTE_ARRAY":
            least, largest = (unscaled_to_decimal(raw, kind.scale) for raw in (statistics.min_raw, statistics.max_raw))
        else:
            least, largest = statistics.min, statistics.max
    except pa.ArrowNotImplementedError:
        return None
    return to_bytes(kind, least), to_bytes(kind, largest)
