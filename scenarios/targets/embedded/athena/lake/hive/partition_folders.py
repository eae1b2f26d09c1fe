"""Partitions of Hive tables as folders, `day=2018-05-24/hour=7/`, and the rows of each."""

import urllib.parse
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from scenarios.targets.embedded.athena.lake.grouping import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError

NULL_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"
MOST_PARTITIONS: Final = 100
"""Athena's own limit of partitions that a statement writes; each holds a part of a file in memory."""


def folder_of(keys: Sequence[str], texts: Sequence[str]) -> str:
    """The folder of a partition, below its table's; it ends with a slash."""
    return "".join(f"{key}={urllib.parse.quote(text, safe=' ')}/" for key, text in zip(keys, texts, strict=True))


def texts_of(path: str, keys: Sequence[str]) -> tuple[str, ...] | None:
    """The values of the partition that a file is in, by its path below the table's; None if it is in none."""
    parts = [part.partition("=") for part in path.split("/")[:-1][: len(keys)]]
    if [key.lower() for key, _, _ in parts] != list(keys):
        return None
    return tuple(urllib.parse.unquote(text) for _, _, text in parts)


def by_partition(
    batch: pa.RecordBatch, texts: "Sequence[pa.Array[Any]]"
) -> Iterator[tuple[tuple[str, ...], pa.RecordBatch]]:
    """A batch's rows by partition.

    Args:
        batch: columns without those of the partitions.
        texts: the values of the partitions' columns.
    """
    for values, rows in grouped(texts):
        yield tuple(NULL_PARTITION if value is None else value for value in values), batch.take(rows)


def refuse_many(partitions: int) -> None:
    """A statement writes so many.

    Raises:
        SqlError: HIVE_TOO_MANY_OPEN_PARTITIONS.
    """
    if partitions > MOST_PARTITIONS:
        said = f"Exceeded limit of {MOST_PARTITIONS} open writers for partitions/buckets"
        raise SqlError("HIVE_TOO_MANY_OPEN_PARTITIONS", said)
