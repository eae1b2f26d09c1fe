"""Rows of a target's Postgres, as Arrow tables."""

from collections.abc import Sequence
from typing import Any, Final

import psycopg
import pyarrow as pa

from scenarios.targets.errors import TargetError, one_line
from scenarios.targets.interface import PostgresEndpoint

TIMEOUT_S: Final = 10


def read_rows(postgres: PostgresEndpoint, query: str, given: Sequence[Any], what: str) -> list[Sequence[Any]]:
    """The rows of a query.

    Args:
        given: the query's parameters.
        what: names the rows in an error.

    Raises:
        TargetError: Postgres does not answer, or refuses.
    """
    try:
        with psycopg.connect(postgres.pooled, connect_timeout=TIMEOUT_S, prepare_threshold=None) as connection:
            return list(connection.execute(query, given or None).fetchall())
    except psycopg.Error as error:
        raise TargetError(
            f"{what} cannot be read: {one_line(error)}; of an embedded stack `keystone status` says more"
        ) from error


def as_table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Rows whose values are in the schema's order."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)
