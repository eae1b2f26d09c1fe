"""What all scans read with: the store, the footers that are known, and threads that read ahead."""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem

from scenarios.targets.embedded.athena.lake.failures import cannot_read
from scenarios.targets.embedded.athena.lake.iceberg.kept_manifests import KeptManifests
from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.lake.reading.ahead import ahead
from scenarios.targets.embedded.athena.lake.reading.footers import Footers
from scenarios.targets.embedded.athena.statement import Usage

FILES_AT_ONCE: Final = 8
"""Files whose footers are read ahead of their rows."""

BYTES_AHEAD: Final = 8 << 20
"""A scan reads so much ahead, as it is in memory."""

RUN_BYTES: Final = 1 << 20
"""Row groups smaller than this are read together with those after them."""

_WIDTHS: Final = {"BYTE_ARRAY": 24, "BOOLEAN": 1, "INT32": 4, "FLOAT": 4}
"""About how many bytes a value takes."""

BATCH_ROWS: Final = 64 << 10


@dataclass(frozen=True)
class Reading:
    """What scans share; it may be used by any thread."""

    store: FileSystem
    footers: Footers
    manifests: KeptManifests
    executor: ThreadPoolExecutor


@dataclass(frozen=True)
class RowGroups:
    """Some columns of row groups of a Parquet file that follow each other.

    Attributes:
        first_row: the place of the first group's first row in the file.
        leaves: the places of the columns in the file's footer, nested ones by their parts.
    """

    path: str
    footer: pq.FileMetaData
    groups: tuple[int, ...]
    first_row: int
    leaves: tuple[int, ...]

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(self.footer.row_group(group).num_rows for group in self.groups)

    @property
    def stored_bytes(self) -> int:
        """How large the columns are in the file."""
        return sum(column.total_compressed_size for column in self._chunks())

    @property
    def held_bytes(self) -> int:
        """About how large they are in memory, where a text that is often the same is there as often."""
        return sum(
            max(column.total_uncompressed_size, column.num_values * _WIDTHS.get(column.physical_type, 8))
            for column in self._chunks()
        )

    def _chunks(self) -> Iterator[pq.ColumnChunkMetaData]:
        for group in self.groups:
            for leaf in self.leaves:
                yield self.footer.row_group(group).column(leaf)


def in_runs(path: str, footer: pq.FileMetaData, kept: Collection[int], leaves: tuple[int, ...]) -> Iterator[RowGroups]:
    """The row groups that are kept, small ones that follow each other together: each run is opened by itself."""
    run: RowGroups | None = None
    first = 0
    for group in range(footer.num_row_groups):
        if group not in kept:
            if run:
                yield run
            run = None
        elif run and run.held_bytes < RUN_BYTES:
            run = replace(run, groups=(*run.groups, group))
        else:
            if run:
                yield run
            run = RowGroups(path, footer, (group,), first, leaves)
        first += footer.row_group(group).num_rows
    if run:
        yield run


def read_row_groups(
    reading: Reading,
    usage: Usage,
    groups: Iterable[RowGroups],
    finish: Callable[[RowGroups, int, pa.RecordBatch], pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """The rows of row groups, the next ones read while one is taken.

    Args:
        usage: told of what is read.
        finish: called with each batch and the place of its first row in the file; in any thread.
    """

    def batches(group: RowGroups) -> Iterator[pa.RecordBatch]:
        usage.scanned(group.stored_bytes)
        first = group.first_row
        for batch in _read(reading.store, group):
            yield finish(group, first, batch)
            first += batch.num_rows

    def job(group: RowGroups) -> Callable[[], Iterable[pa.RecordBatch]]:
        # One that is too large to be read ahead is read while it is taken.
        is_large = group.held_bytes > BYTES_AHEAD
        return lambda: batches(group) if is_large else list(batches(group))

    for read in ahead(((group.held_bytes, job(group)) for group in groups), reading.executor, BYTES_AHEAD):
        yield from read


def _read(store: FileSystem, group: RowGroups) -> Iterator[pa.RecordBatch]:
    if not group.leaves:
        yield from _without_columns(group.rows)
        return
    try:
        with store.open_input_file(in_store(group.path)) as source:
            file = pq.ParquetFile(source, metadata=group.footer, pre_buffer=True)
            yield from file.reader.iter_batches(BATCH_ROWS, list(group.groups), list(group.leaves), use_threads=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise cannot_read(group.path, error) from error


def _without_columns(rows: int) -> Iterator[pa.RecordBatch]:
    for first in range(0, rows, BATCH_ROWS):
        count = min(BATCH_ROWS, rows - first)
        empty = pa.StructArray.from_arrays([], fields=[], mask=pa.repeat(pa.scalar(False), count))
        yield pa.RecordBatch.from_struct_array(empty)
