"""Rows that are deleted are left out of whatever batch they are in."""

import numpy as np
import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.lake.iceberg.deletes import without_deleted

DELETED = np.array([0, 3, 4, 9], dtype=np.int64)


@pytest.mark.parametrize("size", [1, 3, 4, 10])
def test_what_is_left_does_not_depend_on_batches(size: int) -> None:
    left = []
    for first in range(0, 10, size):
        batch = pa.RecordBatch.from_pydict({"id": list(range(first, min(first + size, 10)))})
        left += without_deleted(batch, first, DELETED).column(0).to_pylist()
    assert left == [1, 2, 5, 6, 7, 8]


def test_rows_without_columns_are_as_many_as_are_left() -> None:
    rows = pa.StructArray.from_arrays([], fields=[], mask=pa.array([False] * 5))
    assert without_deleted(pa.RecordBatch.from_struct_array(rows), 0, DELETED).num_rows == 2
