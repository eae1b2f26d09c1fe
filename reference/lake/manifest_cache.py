"""Manifests, and lists of them, never change once they are written: who looks at a table often reads each once."""

import io
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyiceberg.io import InputStream
    from pyiceberg.typedef import Properties

SUFFIX = ".avro"
MOST_KEPT = 4_096
"""Of the size that a writer's commit makes them, these are tens of megabytes."""


class CachingFileIO(PyArrowFileIO):
    """The files of tables; manifests that were read before are not read from the store again."""

    def __init__(self, properties: "Properties") -> None:
        super().__init__(properties)
        self._content = lru_cache(MOST_KEPT)(self._read)

    def new_input(self, location: str) -> PyArrowFile:
        file = super().new_input(location)
        return _Manifest(file, partial(self._content, location)) if location.endswith(SUFFIX) else file

    def _read(self, location: str) -> bytes:
        with super().new_input(location).open() as stream:
            return stream.read()


class _Manifest(PyArrowFile):
    def __init__(self, file: PyArrowFile, content: "Callable[[], bytes]") -> None:
        super().__init__(file.location, file._path, file._filesystem, file._buffer_size)  # noqa: SLF001 - its base's
        self._of = content

    def open(self, seekable: bool = True) -> "InputStream":  # noqa: ARG002 - bytes always are
        return io.BytesIO(self._of())
