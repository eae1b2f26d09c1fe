"""A statement's rows as a file at the output location, written while they are made."""

import io
from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from scenarios.targets.embedded.athena.api.storage import Upload
from scenarios.targets.embedded.athena.api.text import as_text
from scenarios.targets.embedded.athena.statement import Answer

PIECE_BYTES: Final = 4 * 2**20
"""How much of a batch becomes text at a time, before it does."""

_QUOTED: Final = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")


def write_result(s3: Any, url: str, answer: Answer, check: Callable[[], None]) -> tuple[int, int]:
    """The file's size and its rows.

    A query's is CSV with a line of names: each value in quotes, NULL as nothing. All else's has tabs and no names.

    Args:
        check: called between two pieces; raises to give up, and then there is no file.

    Raises:
        SqlError: the statement fails, or S3 does not take the file.
    """
    with Upload(s3, url) as upload:
        rows, write = 0, _csv if url.endswith(".csv") else _lines
        if write is _csv:
            names = [name.replace('"', '""') for name, _ in answer.columns]
            upload.write((",".join(f'"{name}"' for name in names) + "\n").encode())
        for batch in answer.batches:
            for piece in pieces(batch):
                check()
                upload.write(
                    write([as_text(c, kind) for c, (_, kind) in zip(piece.columns, answer.columns, strict=True)])
                )
            rows += batch.num_rows
        check()
    return upload.size, rows


def pieces(batch: Any) -> Iterator[Any]:
    """Some rows after the other, so many that they take little memory."""
    step = max(1, batch.num_rows * PIECE_BYTES // max(1, batch.nbytes))
    for begin in range(0, batch.num_rows, step):
        yield batch.slice(begin, step)


def _csv(texts: list[Any]) -> memoryview:
    sink = pa.BufferOutputStream()
    batch = pa.RecordBatch.from_arrays(texts, names=[str(place) for place in range(len(texts))])
    pa_csv.write_csv(batch, sink, _QUOTED)
    return memoryview(sink.getvalue())


def _lines(texts: list[Any]) -> bytes:
    lines = io.StringIO()
    for values in zip(*(text.to_pylist() for text in texts), strict=True):
        lines.write("\t".join("" if value is None else value for value in values) + "\n")
    return lines.getvalue().encode()
