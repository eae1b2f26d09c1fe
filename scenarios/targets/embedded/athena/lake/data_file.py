"""One data file of an Iceberg table in the making: on this machine's disk until it is done, then in the store.

Many may be open at once, and the store's own streams would hold ten megabytes each.
"""

import shutil
import tempfile
import uuid
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table.locations import load_location_provider
from pyiceberg.typedef import Record

from scenarios.targets.embedded.athena.lake.paths import in_store

if TYPE_CHECKING:
    from pyiceberg.partitioning import PartitionKey
    from pyiceberg.table.metadata import TableMetadata

COPY_BYTES = 4 << 20
CODECS = {"uncompressed": "none"}
"""Iceberg's names of compressions that Arrow has others for."""


class DataFileWriter:
    """Writes rows of one partition.

    Args:
        partition: None for a table that has none.
    """

    def __init__(self, metadata: "TableMetadata", schema: pa.Schema, partition: "PartitionKey | None") -> None:
        self._metadata = metadata
        self._partition = partition
        codec: Any = metadata.properties.get("write.parquet.compression-codec", "zstd")
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._writer = pq.ParquetWriter(self._file, schema, compression=CODECS.get(codec, codec), store_schema=False)

    @property
    def written_bytes(self) -> int:
        """How large it is so far."""
        return self._file.tell()

    def write(self, rows: pa.Table) -> None:
        """Add a row group."""
        self._writer.write_table(rows)

    def finish(self, store: FileSystem) -> DataFile:
        """Put the file into the store; an orphan until a commit names it."""
        self._writer.close()
        size = self._file.tell()
        provider = load_location_provider(self._metadata.location, self._metadata.properties)
        path = provider.new_data_location(f"{uuid.uuid4()}.parquet", self._partition)
        self._file.seek(0)
        with store.open_output_stream(in_store(path)) as stream:
            shutil.copyfileobj(self._file, stream, COPY_BYTES)
        self._file.seek(0)
        return self._describe(path, size, pq.read_metadata(self._file))

    def close(self) -> None:
        """Give up what is on the disk."""
        self._file.close()

    def _describe(self, path: str, size: int, footer: pq.FileMetaData) -> DataFile:
        schema = self._metadata.schema()
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=footer,
            stats_columns=compute_statistics_plan(schema, self._metadata.properties),
            parquet_column_mapping=parquet_path_to_id_mapping(schema),
        )
        file = DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=path,
            file_format=FileFormat.PARQUET,
            partition=self._partition.partition if self._partition else Record(),
            file_size_in_bytes=size,
            sort_order_id=None,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )
        file.spec_id = self._metadata.default_spec_id
        return file
