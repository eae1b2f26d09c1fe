"""An UNLOAD's files: one for each partition, written while the rows are made."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pa_parquet

from scenarios.targets.embedded.athena.api.file_types import file_type
from scenarios.targets.embedded.athena.api.lines import WriteLines, json_lines, text_lines
from scenarios.targets.embedded.athena.api.results import pieces
from scenarios.targets.embedded.athena.api.storage import Upload, is_empty
from scenarios.targets.embedded.athena.api.text import as_text
from scenarios.targets.embedded.athena.api.unload import Unload
from scenarios.targets.embedded.athena.lake.hive.partition_folders import by_partition, folder_of, refuse_many
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.statement import Answer, Columns

_UNKNOWN_TO_HIVE: Final = {
    "unknown",
    "time",
    "timestamp with time zone",
    "interval day to second",
    "interval year to month",
    "uuid",
    "json",
}


class Writer(Protocol):
    """Writes batches into one file; complete once it is closed."""

    def write(self, batch: Any) -> object:
        """Add rows."""

    def close(self) -> object:
        """Write what there is to be at the end."""


def unload(s3: Any, asked: Unload, name: str, answer: Answer, check: Callable[[], None]) -> tuple[list[str], int]:
    """The files' URLs, and how many rows they have.

    Args:
        name: what the files' names begin with.
        check: called between two pieces; raises to give up, and then no file is there.

    Raises:
        SqlError: the statement fails, the folder is not empty, or a column's type has no place in such files.
    """
    if not is_empty(s3, asked.target):
        raise SqlError(
            "HIVE_PATH_ALREADY_EXISTS",
            f"Target directory for UNLOAD already exists: {asked.target}. You may need to manually clean the data at "
            f"location '{asked.target}' before retrying. Athena will not delete data in your account.",
        )
    kept = _kept(asked, answer.columns)
    files: dict[str, Writer] = {}
    rows = 0
    with ExitStack() as uploads:
        for batch in answer.batches:
            for piece in pieces(batch):
                check()
                for folder, part in _partitions(piece, answer.columns, len(kept)):
                    url = f"{asked.target}{folder}{name}{_suffix(asked)}"
                    if url not in files:
                        files[url] = _open(uploads.enter_context(Upload(s3, url)), asked, kept)
                        refuse_many(len(files))
                    files[url].write(part)
            rows += batch.num_rows
        check()
        for file in files.values():
            file.close()
    return sorted(files), rows


def _kept(asked: Unload, columns: Columns) -> Columns:
    """The columns that are in the files: all but those of the partitions, which are the last."""
    for name, kind in columns:
        if kind.kind in _UNKNOWN_TO_HIVE:
            raise SqlError("NOT_SUPPORTED", f"Unsupported Hive type: {kind} (column {name})")
    count = len(asked.partitioned_by)
    last = [name.lower() for name, _ in columns[len(columns) - count :]] if count else []
    if last != list(asked.partitioned_by):
        raise SqlError(
            "SYNTAX_ERROR", f"Partition keys must be the last columns, in the same order: {list(asked.partitioned_by)}"
        )
    return columns[: len(columns) - count]


def _partitions(batch: Any, columns: Columns, kept: int) -> Iterator[tuple[str, Any]]:
    """The rows of each partition, without the partition's columns; and its folder."""
    if kept == len(columns):
        yield "", batch
        return
    keys = columns[kept:]
    texts = [as_text(column, kind) for column, (_, kind) in zip(batch.columns[kept:], keys, strict=True)]
    rest = pa.RecordBatch.from_arrays(batch.columns[:kept], names=[str(place) for place in range(kept)])
    for values, rows in by_partition(rest, texts):
        yield folder_of([name for name, _ in keys], values), rows


def _suffix(asked: Unload) -> str:
    return ".gz" if asked.format in ("JSON", "TEXTFILE") and asked.compression == "GZIP" else ""


def _open(upload: Upload, asked: Unload, columns: Columns) -> Writer:
    if asked.format in ("JSON", "TEXTFILE"):
        write = json_lines if asked.format == "JSON" else text_lines(asked.delimiter)
        return _Lines(upload, columns, write, is_zipped=asked.compression == "GZIP")
    return _Columnar(upload, asked, columns)


class _Columnar:
    """Parquet or ORC, with the columns' names and those of rows' fields."""

    def __init__(self, upload: Upload, asked: Unload, columns: Columns) -> None:
        self._schema = pa.schema([(name, file_type(kind)) for name, kind in columns])
        file: Any = upload
        sink: Any = pa.PythonFile(file, mode="w")
        compression: Any = asked.compression
        self._writer: Any
        if asked.format == "PARQUET":
            self._writer = pa_parquet.ParquetWriter(sink, self._schema, compression=compression.lower())
        else:
            compression = "UNCOMPRESSED" if compression == "NONE" else compression
            self._writer = pa_orc.ORCWriter(sink, compression=compression)

    def write(self, batch: Any) -> None:
        columns = [_as_stored(column, kind) for column, kind in zip(batch.columns, self._schema.types, strict=True)]
        self._writer.write(pa.Table.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class _Lines:
    """A line a row."""

    def __init__(self, upload: Upload, columns: Columns, write: WriteLines, is_zipped: bool) -> None:
        file: Any = upload
        self._file: Any = gzip.GzipFile(fileobj=file, mode="wb", mtime=0) if is_zipped else upload
        self._columns = columns
        self._write = write
        self._is_zipped = is_zipped

    def write(self, batch: Any) -> None:
        self._file.write(self._write(batch, self._columns))

    def close(self) -> None:
        if self._is_zipped:
            self._file.close()


def _as_stored(column: Any, kind: Any) -> Any:
    """A cast would look for a row's fields by their names, which DuckDB does not know."""
    return column.view(kind) if pa.types.is_nested(kind) else column.cast(kind)
