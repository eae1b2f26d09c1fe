"""Rows that an Iceberg table no longer has, though they are still in its data files: position deletes."""

from collections.abc import Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
from pyiceberg.io.pyarrow import _read_deletes as read_deletes

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import FileScanTask

Positions: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
"""Places of rows in a file, in order."""


def deleted_positions(io: "FileIO", tasks: Iterable["FileScanTask"], executor: Executor) -> dict[str, Positions]:
    """Of each data file, by its path, the rows that are deleted."""
    files: set[DataFile] = {file for task in tasks for file in task.delete_files}
    found: dict[str, list[Positions]] = {}
    for deletes in executor.map(lambda file: read_deletes(io, file), files):
        for path, positions in deletes.items():
            found.setdefault(path, []).append(positions.to_numpy())
    return {path: np.unique(np.concatenate(parts)) for path, parts in found.items()}


def without_deleted(batch: pa.RecordBatch, first: int, deleted: Positions) -> pa.RecordBatch:
    """The rows that are left of those from the file's place `first` on."""
    low, high = np.searchsorted(deleted, [first, first + batch.num_rows])
    if low == high:
        return batch
    if not batch.num_columns:
        return batch.slice(int(high - low))
    stays = np.ones(batch.num_rows, dtype=bool)
    stays[deleted[low:high] - first] = False
    return batch.filter(pa.array(stays))
