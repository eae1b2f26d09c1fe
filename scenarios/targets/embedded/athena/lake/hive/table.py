"""A Hive table: files in folders, in whatever format its SerDe says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, Final

import pyarrow as pa
from pyiceberg.expressions import BooleanExpression

from scenarios.targets.embedded.athena.lake.conditions.conditions import may_hold
from scenarios.targets.embedded.athena.lake.glue import Glue
from scenarios.targets.embedded.athena.lake.held import arrow_schema
from scenarios.targets.embedded.athena.lake.hidden import HIVE_HIDDEN, PATH
from scenarios.targets.embedded.athena.lake.hive.files import HiveFile, HiveFiles
from scenarios.targets.embedded.athena.lake.hive.partitions import Partition, Partitions
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.lake.objects import Objects
from scenarios.targets.embedded.athena.lake.paths import as_folder
from scenarios.targets.embedded.athena.lake.reading.ahead import ahead
from scenarios.targets.embedded.athena.lake.reading.reading import FILES_AT_ONCE, Reading
from scenarios.targets.embedded.athena.lake.reading.streams import Failed, Stream
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.statement import Usage

HIDDEN_STARTS: Final = ("_", ".")
"""Files whose names begin so are somebody's markers, and no data."""


class HiveTable:
    """A table as one statement sees it.

    Args:
        found: as Glue has it.
        now: the time in UTC, by which partitions are projected.
    """

    def __init__(
        self,
        reading: Reading,
        glue: Glue,
        objects: Objects,
        found: Mapping[str, Any],
        now: Callable[[], datetime],
        usage: Usage,
        failed: Failed,
    ) -> None:
        self.found = found
        self._partitions = Partitions(glue, found, now)
        self._own = [(c["Name"].lower(), from_hive(c["Type"])) for c in found["StorageDescriptor"]["Columns"]]
        self._reading = reading
        self._objects = objects
        self._usage = usage
        self._failed = failed

    @property
    def columns(self) -> Sequence[tuple[str, Type]]:
        """Names in lower case, and types; those of the partitions last."""
        return [*self._own, *self._partitions.columns]

    @property
    def hidden(self) -> Sequence[tuple[str, Type]]:
        """Where a row's file is, how large, and of when."""
        return HIVE_HIDDEN

    def scan(self, columns: Sequence[str], where: BooleanExpression) -> Stream:
        """Some columns of the rows that `where` may be true of."""
        known = dict((*self.columns, *HIVE_HIDDEN))
        shown = [(name, known[name]) for name in columns]
        return Stream(arrow_schema(shown), partial(self._batches, shown, where), self._failed)

    def _batches(self, shown: Sequence[tuple[str, Type]], where: BooleanExpression) -> Iterator[pa.RecordBatch]:
        files = HiveFiles(
            reading=self._reading,
            usage=self._usage,
            own=self._own,
            keys=[name for name, _ in self._partitions.columns],
            shown=shown,
            where=where,
            parameters=self.found.get("Parameters", {}),
        )
        listed = ((1, partial(self._files, partition, where)) for partition in self._partitions.matching(where))
        return files.batches(chain.from_iterable(ahead(listed, self._reading.executor, FILES_AT_ONCE)))

    def _files(self, partition: Partition, where: BooleanExpression) -> list[HiveFile]:
        folder = as_folder(partition.location)
        return [
            HiveFile(stored, partition)
            for stored in self._objects.below(folder)
            if stored.bytes
            and not any(part.startswith(HIDDEN_STARTS) for part in stored.path.removeprefix(folder).split("/"))
            and may_hold(where, PATH, {"$path": stored.path})
        ]
