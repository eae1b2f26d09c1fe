"""Deletes rows of a table as engines that merge on read do: by a file of positions, which pyiceberg reads and never
writes."""

import uuid
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriterV2,
)
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import _FastAppendFiles

# https://iceberg.apache.org/spec/#position-delete-files
PATH_ID, POSITION_ID = 2147483546, 2147483545
PATH: "pa.Field[Any]" = pa.field("file_path", pa.string(), False, {"PARQUET:field_id": str(PATH_ID)})
POSITION: "pa.Field[Any]" = pa.field("pos", pa.int64(), False, {"PARQUET:field_id": str(POSITION_ID)})


class _DeleteManifest(ManifestWriterV2):
    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


class _Deletion(_FastAppendFiles):
    """An append of delete files."""

    def __init__(self, table: Table, deletes: DataFile) -> None:
        transaction = table.transaction()
        super().__init__(Operation.DELETE, transaction, table.io)
        self._deletes = deletes
        self.transaction = transaction

    def _manifests(self) -> list[ManifestFile]:
        spec = self._transaction.table_metadata.spec()
        output = self.new_manifest_output()
        with _DeleteManifest(spec, self.schema(), output, self._snapshot_id, self._compression) as writer:
            writer.add(
                ManifestEntry.from_args(
                    status=ManifestEntryStatus.ADDED,
                    snapshot_id=self._snapshot_id,
                    sequence_number=None,
                    file_sequence_number=None,
                    data_file=self._deletes,
                )
            )
        return [writer.to_manifest_file(), *super()._manifests()]


def delete_rows(table: Table, file: DataFile, positions: Sequence[int]) -> None:
    """Commit the deletion of a file's rows, by their numbers from 0."""
    rows = pa.table([[file.file_path] * len(positions), positions], schema=pa.schema([PATH, POSITION]))
    path = f"{file.file_path.rpartition('/')[0]}/{uuid.uuid4()}-deletes.parquet"
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    content = sink.getvalue().to_pybytes()
    with table.io.new_output(path).create() as stream:
        stream.write(content)
    deletes = DataFile.from_args(
        content=DataFileContent.POSITION_DELETES,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=file.partition,
        record_count=len(positions),
        file_size_in_bytes=len(content),
        # Says which file they are of; others are not touched.
        lower_bounds={PATH_ID: file.file_path.encode()},
        upper_bounds={PATH_ID: file.file_path.encode()},
    )
    deletes.spec_id = file.spec_id
    deletion = _Deletion(table, deletes)
    deletion.commit()
    deletion.transaction.commit_transaction()
