"""One data file of an Iceberg table in the making."""

import uuid
from typing import TYPE_CHECKING

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

from scenarios.targets.embedded.athena.lake.spool import Spool

if TYPE_CHECKING:
    from pyiceberg.partitioning import PartitionKey
    from pyiceberg.table.metadata import TableMetadata


class DataFileWriter(Spool):
    """Rows of one partition.

    Args:
        partition: None for a table that has none.
    """

    def __init__(self, metadata: "TableMetadata", schema: pa.Schema, partition: "PartitionKey | None") -> None:
        super().__init__(schema, metadata.properties.get("write.parquet.compression-codec", "zstd"))
        self._metadata = metadata
        self._partition = partition

    def finish(self, store: FileSystem) -> DataFile:
        """Put the file into the store; an orphan until a commit names it."""
        provider = load_location_provider(self._metadata.location, self._metadata.properties)
        path = provider.new_data_location(f"{uuid.uuid4()}.parquet", self._partition)
        return self._describe(path, *self.put(store, path))

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
