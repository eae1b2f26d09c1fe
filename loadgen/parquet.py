"""The `parquet:FILE` source: one's own events in columns, sent byte for byte as they stand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from keystone_native import EventBlock

from loadgen.block_source import BlockSource
from loadgen.errors import SourceError
from loadgen.row_file import NONE

PAYLOAD, PRICE = "payload", "price_cents"
ALLOWED: Final = (
    "payload (text or binary, the event's JSON) and price_cents (whole numbers: what silver will say its price is; "
    "null for none)"
)
PER_BATCH = 8_192


class ParquetEvents(BlockSource):
    """The rows of a file, in their order."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            SourceError: it cannot be read, or has other columns.
        """
        super().__init__()
        self._path = path
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise SourceError(f"{path}: cannot be read: {error}") from error
        _check_columns(path, self._file.schema_arrow)
        self._batches = self._read()
        self._batch: pa.RecordBatch | None = None

    def _draw(self, count: int) -> EventBlock:
        parts = list(self._slices(count))
        if not parts:
            return EventBlock([])
        rows = pa.Table.from_batches(parts).combine_chunks()
        payloads: Any = rows[PAYLOAD].combine_chunks().cast(pa.large_binary())
        _, ends, data = payloads.buffers()
        bounds = np.frombuffer(ends, np.int64)[payloads.offset : payloads.offset + len(payloads) + 1]
        prices = rows[PRICE].cast(pa.int64()).fill_null(pa.scalar(NONE)).to_numpy()
        return EventBlock.of_buffers(bounds, memoryview(data), prices)

    def _slices(self, count: int) -> Iterator[pa.RecordBatch]:
        """So many rows, from one batch or several."""
        while count:
            if self._batch is None or self._batch.num_rows == 0:
                self._batch = next(self._batches, None)
                if self._batch is None:
                    return
            yield self._batch.slice(0, count)
            taken = min(count, self._batch.num_rows)
            self._batch, count = self._batch.slice(taken), count - taken

    def _read(self) -> Iterator[pa.RecordBatch]:
        first = 0
        try:
            for batch in self._file.iter_batches(PER_BATCH, columns=[PAYLOAD, PRICE]):
                if batch.column(0).null_count:
                    row = first + batch.column(0).is_null().to_pylist().index(True)
                    raise SourceError(f"{self._path}, row {row}: {PAYLOAD} is null, allowed is the event's JSON")
                first += batch.num_rows
                yield batch
        except (OSError, pa.ArrowException) as error:
            raise SourceError(f"{self._path}, after row {first}: cannot be read: {error}") from error


def _check_columns(path: Path, schema: pa.Schema) -> None:
    types = {field.name: field.type for field in schema}
    payload, price = types.get(PAYLOAD), types.get(PRICE)
    has_payload = payload is not None and any(
        is_kind(payload)
        for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )
    if not has_payload or price is None or not pa.types.is_integer(price):
        columns = ", ".join(f"{name} ({kind})" for name, kind in types.items())
        raise SourceError(f"{path} has the columns {columns}; needed are {ALLOWED}")
