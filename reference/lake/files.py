"""Rows to Parquet files: one file for each partition of the table, put into the store, described for Iceberg.

A file's description comes from the footer as it is written, so that nothing is read back. A file is not part of the
table until a commit names it; until then it is an orphan that no reader sees.
"""

import uuid
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem, S3FileSystem
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import IdentityTransform
from pyiceberg.typedef import Record

from reference.errors import PipelineError
from reference.lake.settings import LakeSettings


def open_store(settings: LakeSettings) -> FileSystem:
    """S3, where a small file costs one request: no upload is opened before the first five megabytes."""
    scheme, _, host = (settings.s3_url or "").partition("://")
    options: dict[str, Any] = {"endpoint_override": host, "scheme": scheme} if host else {}
    return S3FileSystem(
        region=settings.region,
        access_key=settings.access_key,
        secret_key=settings.secret_key,
        **options | {"allow_delayed_open": True},
    )


class PartitionedFiles:
    """Writes rows of one table as Parquet files, several at a time."""

    def __init__(self, store: FileSystem, executor: Executor) -> None:
        self._store = store
        self._executor = executor

    def write(self, metadata: TableMetadata, rows: pa.Table) -> list[DataFile]:
        """Write `rows`, a file for each partition among them.

        Args:
            metadata: the table's own: schema, partition spec, where its files lie.
            rows: in the table's column order, in the order in which they shall lie within a partition.

        Raises:
            PipelineError: the table is partitioned by more than the values of columns.
        """
        columns = _partition_columns(metadata)
        jobs = [
            self._executor.submit(self._write_one, metadata, dict(zip(columns, values, strict=True)), part)
            for values, part in _split(rows, columns)
        ]
        return [job.result() for job in jobs]

    def _write_one(self, metadata: TableMetadata, partition: dict[str, Any], rows: pa.Table) -> DataFile:
        folders = "".join(f"{name}={value}/" for name, value in partition.items())
        path = f"{metadata.properties['write.data.path']}/{folders}{uuid.uuid4()}.parquet"
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(sink, rows.schema, compression="snappy", store_schema=False) as writer:
            writer.write_table(rows)
        content = sink.getvalue()
        with self._store.open_output_stream(path.removeprefix("s3://")) as file:
            file.write(content)
        return _describe(metadata, path, partition, content.size, pq.read_metadata(pa.BufferReader(content)))


def _partition_columns(metadata: TableMetadata) -> list[str]:
    fields = metadata.spec().fields
    for field in fields:
        if not isinstance(field.transform, IdentityTransform):
            raise PipelineError(
                f"{metadata.location} is partitioned by {field.name}, {field.transform}; allowed are the values of "
                "columns: give the table such a partition spec and start again"
            )
    return [metadata.schema().find_column_name(field.source_id) or field.name for field in fields]


def _split(rows: pa.Table, columns: list[str]) -> Iterator[tuple[tuple[Any, ...], pa.Table]]:
    """Cut rows into partitions; order within a partition is kept."""
    if rows.num_rows == 0:
        return
    if not columns:
        yield (), rows
        return
    numbered = rows.append_column("_row", pa.array(range(rows.num_rows), pa.int64()))
    order = pc.sort_indices(numbered, [(name, "ascending") for name in [*columns, "_row"]])
    ordered = rows.take(order)
    keys = list(zip(*(ordered[name].to_pylist() for name in columns), strict=True))
    first = 0
    for row in range(1, len(keys) + 1):
        if row == len(keys) or keys[row] != keys[first]:
            yield keys[first], ordered.slice(first, row - first)
            first = row


def _describe(
    metadata: TableMetadata, path: str, partition: dict[str, Any], size: int, footer: pq.FileMetaData
) -> DataFile:
    schema = metadata.schema()
    statistics = data_file_statistics_from_parquet_metadata(
        parquet_metadata=footer,
        stats_columns=compute_statistics_plan(schema, metadata.properties),
        parquet_column_mapping=parquet_path_to_id_mapping(schema),
    )
    file = DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=Record(*partition.values()),
        file_size_in_bytes=size,
        sort_order_id=None,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )
    file.spec_id = metadata.default_spec_id
    return file
