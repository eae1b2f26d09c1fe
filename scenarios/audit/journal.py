"""The writers' journal of batches: which offsets became visible in which table, and when."""

from typing import Any

import pyarrow as pa

from scenarios.audit.marks import Marks
from scenarios.audit.postgres_rows import as_table, read_rows
from scenarios.targets.interface import PostgresEndpoint

_COLUMNS: "list[pa.Field[Any]]" = [
    pa.field("table_name", pa.string()),
    pa.field("partition", pa.int32()),
    pa.field("first_offset", pa.int64()),
    pa.field("end_offset", pa.int64()),
    pa.field("rows", pa.int64()),
    pa.field("bytes", pa.int64()),
    pa.field("files", pa.list_(pa.string())),
    pa.field("writer", pa.string()),
    pa.field("decode_ns", pa.int64()),
    pa.field("write_ns", pa.int64()),
    pa.field("commit_ns", pa.int64()),
    pa.field("committed_ns", pa.int64()),
]

SCHEMA = pa.schema(_COLUMNS)
"""A row for each partition's range in each commit; durations, bytes and files are those of the whole commit, null where
a writer died before it could say them and the next one filled the row in from the table."""


def read_journal(postgres: PostgresEndpoint, marks: Marks) -> pa.Table:
    """The topic's batches that hold offsets from the marks on, in the order of their commits; those that straddle a
    mark as they are.

    Raises:
        TargetError: Postgres does not answer.
    """
    columns = ", ".join(SCHEMA.names)
    query = f"""SELECT {columns} FROM batches WHERE topic_id = %s
        AND (end_offset > %s OR partition > %s) ORDER BY committed_ns"""  # noqa: S608 - our own names
    rows = read_rows(postgres, query, (marks.topic_id, marks.least, marks.last_partition), "the journal of batches")
    partition, end = SCHEMA.get_field_index("partition"), SCHEMA.get_field_index("end_offset")
    return as_table([row for row in rows if row[end] > marks.starts.get(row[partition], 0)], SCHEMA)
