"""The rows of a send in a file, written while it goes on and mapped when it is over, so that memory stays bounded."""

import tempfile
from collections.abc import Mapping
from mmap import PROT_READ, mmap
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

OUTCOMES: Final = ("ok", "failed", "unknown")
"""Whether an event is in the log: the engine's numbers for it, by place."""

ROWS: Final = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("intended_ns", pa.int64(), nullable=False),
        pa.field("offered_ns", pa.int64(), nullable=False),
        pa.field("sent_ns", pa.int64()),
        pa.field("acked_ns", pa.int64()),
        pa.field("outcome", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("code", pa.int32(), nullable=False),
        pa.field("partition", pa.int32()),
        pa.field("offset", pa.int64()),
        pa.field("crc32c", pa.int64(), nullable=False),
        pa.field("price_cents", pa.int64()),
        pa.field("stream", pa.int32()),
        pa.field("spoilt", pa.bool_(), nullable=False),
        pa.field("tries", pa.int32(), nullable=False),
    ]
)
"""What loadgen.send_log.SendLog says of them."""

NONE: Final = -(2**63)
"""Stands in the engine's columns for null."""

_ZERO: Final = pa.scalar(0, pa.int32())


class RowFile:
    """A file without a name: it is gone with the last who uses it. To be used in a `with`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin one in `folder`, or where temporary files lie."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._writer = pa.ipc.new_file(self._file, ROWS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._file.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows, of the schema ROWS."""
        self._writer.write_batch(batch)

    def table(self) -> pa.Table:
        """All rows, mapped: what is not looked at takes no memory. Outlives the file; nothing can be added any more."""
        self._writer.close()
        self._file.flush()
        return pa.ipc.open_file(pa.py_buffer(memoryview(mmap(self._file.fileno(), 0, prot=PROT_READ)))).read_all()


def batch_of(columns: Mapping[str, NDArray[Any]]) -> pa.RecordBatch:
    """Rows as the engine gives them, with a `seq` for each, as those of a RowFile."""
    raw = {name: pa.array(values) for name, values in columns.items()}
    arrays = {
        "seq": raw["seq"],
        "intended_ns": raw["intended_ns"],
        "offered_ns": raw["offered_ns"],
        "sent_ns": _nullable(raw["sent_ns"]),
        "acked_ns": _nullable(raw["acked_ns"]),
        "outcome": pa.DictionaryArray.from_arrays(raw["outcome"], list(OUTCOMES)),
        "code": raw["code"],
        "partition": _only_where(raw["partition"], pc.greater_equal(raw["partition"], _ZERO)),
        "offset": _nullable(raw["offset"]),
        "crc32c": raw["crc32c"],
        "price_cents": _nullable(raw["price_cents"]),
        "stream": _only_where(raw["stream"], pc.greater_equal(raw["stream"], _ZERO)),
        "spoilt": pc.cast(raw["spoilt"], pa.bool_()),
        "tries": raw["tries"],
    }
    return pa.RecordBatch.from_arrays([arrays[name] for name in ROWS.names], schema=ROWS)


def to_bytes(batch: pa.RecordBatch) -> bytes:
    """The rows with their schema, as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def from_bytes(stream: bytes) -> pa.Table:
    """What to_bytes wrote."""
    return pa.ipc.open_stream(stream).read_all()


def _nullable(values: "pa.Array[Any]") -> "pa.Array[Any]":
    return _only_where(values, pc.not_equal(values, pa.scalar(NONE)))


def _only_where(values: "pa.Array[Any]", mask: pa.BooleanArray) -> "pa.Array[Any]":
    kept: pa.Array[Any] = pc.if_else(mask, values, pa.scalar(None, values.type))
    return kept
