"""Footers of Parquet files, which never change once a file is written."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem

from scenarios.targets.embedded.athena.lake.failures import cannot_read
from scenarios.targets.embedded.athena.lake.paths import in_store

MOST_BYTES: Final = 64 << 20
"""So many are kept, as they were serialized in their files."""


@dataclass(frozen=True)
class Key:
    """A file, and what tells it from another that came in its place."""

    path: str
    version: str = ""


class Footers:
    """Reads each file's footer once, as long as it is remembered. Any thread may ask."""

    def __init__(self, store: FileSystem) -> None:
        self._store = store
        self._lock = threading.Lock()  # guards what follows
        self._kept: OrderedDict[Key, pq.FileMetaData] = OrderedDict()
        self._bytes = 0

    def of(self, key: Key) -> pq.FileMetaData:
        """A file's footer.

        Raises:
            SqlError: it cannot be read.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        footer = self._read(key.path)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = footer
                self._bytes += footer.serialized_size
            while self._bytes > MOST_BYTES:
                self._bytes -= self._kept.popitem(last=False)[1].serialized_size
        return footer

    def _read(self, path: str) -> pq.FileMetaData:
        try:
            with self._store.open_input_file(in_store(path)) as file:
                return pq.read_metadata(file)
        except (OSError, pa.ArrowInvalid) as error:
            raise cannot_read(path, error) from error
