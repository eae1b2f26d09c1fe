"""What the pipeline says of days: when each was in gold, and what had come of it by then."""

from typing import Any

import psycopg
import pyarrow as pa

from scenarios.targets.errors import TargetError, one_line
from scenarios.targets.interface import PostgresEndpoint

TIMEOUT_S = 10

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
    try:
        with psycopg.connect(postgres.pooled, connect_timeout=TIMEOUT_S, prepare_threshold=None) as connection:
            rows = connection.execute(query).fetchall()
    except psycopg.Error as error:
        raise TargetError(f"the states of days cannot be read: {one_line(error)}") from error
    columns = zip(*rows, strict=True) if rows else ([] for _ in SCHEMA)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )
