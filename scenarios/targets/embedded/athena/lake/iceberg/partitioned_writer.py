"""Rows of a statement to data files of an Iceberg table, as they come, in bounded memory."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow.fs import FileSystem
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.manifest import DataFile

from scenarios.targets.embedded.athena.lake.held import release_batch
from scenarios.targets.embedded.athena.lake.iceberg.data_file import DataFileWriter
from scenarios.targets.embedded.athena.lake.iceberg.partition_values import split
from scenarios.targets.embedded.athena.sql.errors import SqlError

if TYPE_CHECKING:
    from pyiceberg.partitioning import PartitionKey
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.typedef import Record

MOST_PARTITIONS: Final = 100
"""Athena's own limit of partitions that a statement writes."""

BUFFERED_BYTES: Final = 32 << 20
"""So much waits in memory, of all partitions together."""

TARGET_BYTES: Final = 128 << 20
TARGET: Final = "write.target-file-size-bytes"


def write_data_files(store: FileSystem, metadata: "TableMetadata", batches: Iterable[pa.RecordBatch]) -> list[DataFile]:
    """Write rows as files of a table, none of which is part of it yet.

    Args:
        batches: all of the table's columns in its order, as they are held.

    Raises:
        SqlError: ICEBERG_TOO_MANY_OPEN_PARTITIONS; CONSTRAINT_VIOLATION, a null where there may be none.
    """
    with ExitStack() as stack:
        writer = _PartitionedWriter(store, metadata, stack)
        for batch in batches:
            writer.write(batch)
        return writer.finish()


class _Partition:
    """Rows of one partition that wait, and the file that those before them are in."""

    def __init__(self, key: "PartitionKey | None") -> None:
        self.key = key
        self.waiting: list[pa.RecordBatch] = []
        self.waiting_bytes = 0
        self.file: DataFileWriter | None = None


class _PartitionedWriter:
    def __init__(self, store: FileSystem, metadata: "TableMetadata", stack: ExitStack) -> None:
        self._store = store
        self._metadata = metadata
        self._stack = stack
        self._schema = schema_to_pyarrow(metadata.schema())
        self._target = int(metadata.properties.get(TARGET, TARGET_BYTES))
        self._partitions: dict[Record | None, _Partition] = {}
        self._files: list[DataFile] = []

    def write(self, batch: pa.RecordBatch) -> None:
        rows = release_batch(batch, self._schema)
        self._refuse_nulls(rows)
        spec = self._metadata.spec()
        if spec.is_unpartitioned():
            self._take(None, rows)
        else:
            for key, part in split(rows, self._metadata.schema(), spec):
                self._take(key, part)
        while sum(partition.waiting_bytes for partition in self._partitions.values()) > BUFFERED_BYTES:
            self._flush(max(self._partitions.values(), key=lambda partition: partition.waiting_bytes))

    def finish(self) -> list[DataFile]:
        for partition in self._partitions.values():
            self._flush(partition)
            self._close(partition)
        return self._files

    def _take(self, key: "PartitionKey | None", rows: pa.RecordBatch) -> None:
        name = key.partition if key else None
        if name not in self._partitions:
            if len(self._partitions) == MOST_PARTITIONS:
                raise SqlError(
                    "ICEBERG_TOO_MANY_OPEN_PARTITIONS",
                    f"Exceeded limit of {MOST_PARTITIONS} open writers for partitions",
                )
            self._partitions[name] = _Partition(key)
        partition = self._partitions[name]
        partition.waiting.append(rows)
        partition.waiting_bytes += rows.nbytes

    def _flush(self, partition: _Partition) -> None:
        if partition.file is None:
            partition.file = DataFileWriter(self._metadata, self._schema, partition.key)
            self._stack.callback(partition.file.close)
        if partition.waiting:
            partition.file.write(pa.Table.from_batches(partition.waiting, self._schema))
        partition.waiting, partition.waiting_bytes = [], 0
        if partition.file.written_bytes >= self._target:
            self._close(partition)

    def _close(self, partition: _Partition) -> None:
        if partition.file is not None:
            self._files.append(partition.file.finish(self._store))
            partition.file.close()
            partition.file = None

    def _refuse_nulls(self, rows: pa.RecordBatch) -> None:
        for field, column in zip(self._schema, rows.columns, strict=True):
            array: Any = column
            if not field.nullable and array.null_count:
                raise SqlError("CONSTRAINT_VIOLATION", f"NULL value not allowed for NOT NULL column: {field.name}")
