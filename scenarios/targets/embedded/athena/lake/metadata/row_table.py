"""A table whose rows are few and made when they are asked for: what the catalog or a table's metadata says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import pyarrow as pa
from pyiceberg.expressions import BooleanExpression

from scenarios.targets.embedded.athena.lake.held import arrow_schema
from scenarios.targets.embedded.athena.lake.reading.streams import Failed, Stream
from scenarios.targets.embedded.athena.sql.types import Type

Row: TypeAlias = Sequence[Any]
"""A value for each column, as it is held."""

BATCH_ROWS = 10_000


class RowTable:
    """Rows of a query's own table.

    Args:
        rows: makes those for which a condition may be true.
    """

    def __init__(
        self,
        columns: Mapping[str, Type],
        rows: Callable[[BooleanExpression], Iterator[Row]],
        failed: Failed,
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._failed = failed

    @property
    def columns(self) -> Sequence[tuple[str, Type]]:
        """Names in lower case, and types."""
        return list(self._columns.items())

    @property
    def hidden(self) -> Sequence[tuple[str, Type]]:
        """None."""
        return ()

    def scan(self, columns: Sequence[str], where: BooleanExpression) -> Stream:
        """Some columns of the rows."""
        schema = arrow_schema([(name, self._columns[name]) for name in columns])
        return Stream(schema, partial(self._batches, schema, where), self._failed)

    def _batches(self, schema: pa.Schema, where: BooleanExpression) -> Iterator[pa.RecordBatch]:
        places = [list(self._columns).index(name) for name in schema.names]
        waiting: list[Row] = []
        for row in self._rows(where):
            waiting.append(row)
            if len(waiting) == BATCH_ROWS:
                yield _batch(schema, places, waiting)
                waiting = []
        yield _batch(schema, places, waiting)


def _batch(schema: pa.Schema, places: Sequence[int], rows: Sequence[Row]) -> pa.RecordBatch:
    arrays = [pa.array([row[place] for row in rows], field.type) for place, field in zip(places, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
