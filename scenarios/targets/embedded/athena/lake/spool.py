"""A Parquet file in the making: on this machine's disk until it is done, then in the store.

Many may be open at once, and the store's own streams would hold ten megabytes each.
"""

import shutil
import tempfile
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem

from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.sql.errors import SqlError

COPY_BYTES: Final = 4 << 20
CODECS: Final = {"uncompressed": "none"}
"""Others' names of compressions that Arrow calls otherwise."""
_KNOWN: Final = ("none", "snappy", "gzip", "zstd", "lz4", "brotli")
_NAMES: Final = ", ".join(name.upper() for name in _KNOWN)


class Spool:
    """Row groups for one file; to be closed, which gives up what is on the disk.

    Args:
        codec: as Iceberg or Hive call it.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY, there is no such codec.
    """

    def __init__(self, schema: pa.Schema, codec: str) -> None:
        name: Any = CODECS.get(codec.lower(), codec.lower())
        if name not in _KNOWN:
            raise SqlError("INVALID_TABLE_PROPERTY", f"Unsupported compression codec {codec}, there are {_NAMES}")
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._writer = pq.ParquetWriter(self._file, schema, compression=name, store_schema=False)

    @property
    def written_bytes(self) -> int:
        """How large the file is so far."""
        return self._file.tell()

    def write(self, rows: pa.Table) -> None:
        """Add a row group."""
        self._writer.write_table(rows)

    def put(self, store: FileSystem, path: str) -> tuple[int, pq.FileMetaData]:
        """Put the file into the store; return how large it is, and its footer.

        Raises:
            SqlError: HIVE_WRITER_CLOSE_ERROR, the store does not take it.
        """
        self._writer.close()
        size = self._file.tell()
        self._file.seek(0)
        try:
            with store.open_output_stream(in_store(path)) as stream:
                shutil.copyfileobj(self._file, stream, COPY_BYTES)
        except OSError as error:
            raise SqlError("HIVE_WRITER_CLOSE_ERROR", f"Error committing write to {path}: {error}") from error
        self._file.seek(0)
        return size, pq.read_metadata(self._file)

    def close(self) -> None:
        """Give up what is on the disk."""
        self._writer.close()
        self._file.close()
