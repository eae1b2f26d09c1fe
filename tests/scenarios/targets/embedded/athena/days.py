"""A table of ninety days, of which one has many more rows than the others, and what its files say of themselves."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake

DAYS: Final = 90
FULL_DAY: Final = 50
BATCH_ROWS: Final = 100_000
QUESTION: Final = f"SELECT sum(price) AS s FROM days WHERE day = {FULL_DAY}"

_TYPES: Final = {"id": pa.int64(), "price": pa.float64(), "state": pa.string(), "day": pa.int32()}
_SCHEMA: Final = pa.schema([pa.field(name, kind) for name, kind in _TYPES.items()])


def make_days(lake: TestLake, rows: int, rows_of_full_day: int) -> None:
    """Make the table `days`, by the lake's own writer, in one snapshot."""
    lake.make("days", _SCHEMA, ["day"])
    counts = [rows_of_full_day if day == FULL_DAY else rows for day in range(DAYS)]
    lake.lake.changes.append(DATABASE, "days", (batch for day in range(DAYS) for batch in _batches(day, counts[day])))


def files_of(lake: TestLake, day: int) -> list[str]:
    """The keys of a day's files."""
    return [key for key in lake.stored("days/") if f"day={day}/" in key]


def chunk_bytes(lake: TestLake, day: int, column: str) -> int:
    """How large a day's chunks of a column are, by the files' own footers."""
    return sum(
        group.column(place).total_compressed_size
        for key in files_of(lake, day)
        for footer in [footer_of(lake, key)]
        for group in map(footer.row_group, range(footer.num_row_groups))
        for place in range(group.num_columns)
        if group.column(place).path_in_schema == column
    )


def footer_of(lake: TestLake, key: str) -> Any:
    """A file's."""
    body = lake.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return pq.read_metadata(pa.BufferReader(body))


def sum_of(day: int, count: int) -> float:
    """What a day's prices come to."""
    return sum(float(np.sum(batch.column(1).to_numpy())) for batch in _batches(day, count))


def _batches(day: int, count: int) -> Iterator[pa.RecordBatch]:
    dice = np.random.default_rng(day)
    for first in range(0, count, BATCH_ROWS):
        rows = min(BATCH_ROWS, count - first)
        columns: list[Any] = [
            pa.array(np.arange(first, first + rows)),
            pa.array(dice.random(rows)),
            pa.array([f"state {number % 27}" for number in range(rows)]),
            pa.array(np.full(rows, day, np.int32)),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)
