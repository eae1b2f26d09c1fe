"""Manifests, and lists of them, never change once they are written: who looks at a table often reads each once."""

import io
import threading
from functools import partial
from typing import TYPE_CHECKING

from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyiceberg.io import InputStream
    from pyiceberg.typedef import Properties

SUFFIX = ".avro"
MOST_BYTES = 64 << 20
"""Beyond that all is dropped, and read again when it is asked for."""


class CachingFileIO(PyArrowFileIO):
    """The files of tables; manifests that were read before are not read from the store again."""

    def __init__(self, properties: "Properties") -> None:
        super().__init__(properties)
        self._lock = threading.Lock()  # guards what follows
        self._kept: dict[str, bytes] = {}
        self._kept_bytes = 0

    def new_input(self, location: str) -> PyArrowFile:
        file = super().new_input(location)
        return _Manifest(file, partial(self._content, location)) if location.endswith(SUFFIX) else file

    def _content(self, location: str) -> bytes:
        with self._lock:
            if (kept := self._kept.get(location)) is not None:
                return kept
        with super().new_input(location).open() as stream:
            content = stream.read()
        with self._lock:
            if self._kept_bytes + len(content) > MOST_BYTES:
                self._kept.clear()
                self._kept_bytes = 0
            self._kept[location] = content
            self._kept_bytes += len(content)
        return content


class _Manifest(PyArrowFile):
    def __init__(self, file: PyArrowFile, content: "Callable[[], bytes]") -> None:
        super().__init__(file.location, file._path, file._filesystem, file._buffer_size)  # noqa: SLF001 - its base's
        self._of = content

    def open(self, seekable: bool = True) -> "InputStream":  # noqa: ARG002 - bytes always are
        return io.BytesIO(self._of())
