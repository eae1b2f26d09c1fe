"""What the pipeline says of days: when each was in gold, and what had come of it by then."""

from typing import Any

import pyarrow as pa

from scenarios.audit.postgres_rows import as_table, read_rows
from scenarios.targets.interface import PostgresEndpoint

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("day", pa.date32()),
    pa.field("generation", pa.int32()),
    pa.field("route", pa.string()),
    pa.field("gold_ns", pa.int64()),
    pa.field("partition", pa.int32()),
    pa.field("end", pa.int64()),
]
SCHEMA = pa.schema(_FIELDS)
"""A row for each day, generation and partition; `end` is the offset after the day's last row then."""


def read_day_states(postgres: PostgresEndpoint) -> pa.Table:
    """All that there are.

    Raises:
        TargetError: Postgres does not answer.
    """
    query = """
        SELECT day, generation, route, gold_ns, partition::integer, ends.value::bigint
        FROM days, jsonb_each_text(ends) AS ends (partition, value)
    """
    return as_table(read_rows(postgres, query, (), "the states of days"), SCHEMA)
