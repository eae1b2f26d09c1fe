"""Rows that are read while they are asked for."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from scenarios.targets.embedded.athena.lake.failures import refused_by_aws
from scenarios.targets.embedded.athena.sql.errors import SqlError

Failed: TypeAlias = Callable[[SqlError], None]


class Stream:
    """A scan whose rows are made anew for each time that its stream is asked for.

    Args:
        schema: of the batches.
        batches: begins to read. The iterator is closed when the stream is no longer wanted.
        failed: told why reading ended early, since all that Arrow's stream hands on of an error is its text.
    """

    def __init__(self, schema: pa.Schema, batches: Callable[[], Iterator[pa.RecordBatch]], failed: Failed) -> None:
        self._schema = schema
        self._batches = batches
        self._failed = failed

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as Arrow's C stream."""
        reader = pa.RecordBatchReader.from_batches(self._schema, self._told())
        stream: object = reader.__arrow_c_stream__(requested_schema)  # type: ignore[no-untyped-call]
        return stream

    def _told(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._batches()
        except SqlError as error:
            self._failed(error)
            raise
        except (BotoCoreError, ClientError) as error:
            self._failed(refused_by_aws(error))
            raise
