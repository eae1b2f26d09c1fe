"""What statements answer that read no table: nothing, or lines of text."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from scenarios.targets.embedded.athena.sql.types import VARCHAR
from scenarios.targets.embedded.athena.statement import Answer


def done(name: str) -> Answer:
    """Something was done."""
    return Answer("DDL", name, [], iter(()))


def told(name: str, lines: Iterable[str]) -> Answer:
    """Something was done, and more is to be said of it."""
    said = shown(name, ["result"], [[line] for line in lines])
    return Answer("DDL", name, said.columns, said.batches)


def shown(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Answer:
    """Rows of text."""
    schema = pa.schema([(column, pa.string()) for column in columns])
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    batches = [pa.RecordBatch.from_pylist(found, schema=schema)] if found else []
    return Answer("UTILITY", name, [(column, VARCHAR) for column in columns], iter(batches))
