"""Columns that each table has and none shows: where a row's file is, and of when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
from pyiceberg.schema import Schema
from pyiceberg.types import NestedField, StringType

from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.arrow_types import ZONED
from scenarios.targets.embedded.athena.sql.types import Type

MODIFIED: Final = "$file_modified_time"
HIDDEN: Final[Sequence[tuple[str, Type]]] = (("$path", types.VARCHAR), (MODIFIED, types.zoned(3)))
"""Of Iceberg's tables."""

HIVE_HIDDEN: Final = (*HIDDEN, ("$file_size", types.BIGINT))
NAMES: Final = frozenset(name for name, _ in HIVE_HIDDEN)
PATH: Final = Schema(NestedField(1, "$path", StringType(), required=True))
"""Of the column by which a condition names files."""


def hidden_array(
    name: str, path: str, rows: int, modified: datetime | None = None, size: int | None = None
) -> "pa.Array[Any]":
    """A hidden column of rows of one file.

    Args:
        modified: when the file was written, in UTC, of `$file_modified_time` alone.
        size: in bytes, of `$file_size` alone.
    """
    if name == MODIFIED:
        in_ms = modified and modified.replace(microsecond=modified.microsecond // 1000 * 1000, tzinfo=None)
        return pa.repeat(pa.scalar({"utc": in_ms, "zone": "UTC"}, ZONED), rows)
    return pa.repeat(pa.scalar(path) if name == "$path" else pa.scalar(size, pa.int64()), rows)
