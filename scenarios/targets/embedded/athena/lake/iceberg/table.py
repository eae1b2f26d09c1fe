"""An Iceberg table at one snapshot: which of its files a condition needs, and their rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.schema import Schema
from pyiceberg.table import ManifestGroupPlanner

from scenarios.targets.embedded.athena.lake.conditions.conditions import may_hold
from scenarios.targets.embedded.athena.lake.conditions.fitting import fitted
from scenarios.targets.embedded.athena.lake.failures import cannot_read_metadata
from scenarios.targets.embedded.athena.lake.held import arrow_schema
from scenarios.targets.embedded.athena.lake.hidden import HIDDEN, MODIFIED, PATH
from scenarios.targets.embedded.athena.lake.iceberg.deletes import deleted_positions
from scenarios.targets.embedded.athena.lake.iceberg.files import DataFiles
from scenarios.targets.embedded.athena.lake.iceberg.snapshots import snapshot_at
from scenarios.targets.embedded.athena.lake.iceberg.types import from_iceberg
from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.lake.reading.ahead import ahead
from scenarios.targets.embedded.athena.lake.reading.footers import Key
from scenarios.targets.embedded.athena.lake.reading.reading import FILES_AT_ONCE, Reading, RowGroups, read_row_groups
from scenarios.targets.embedded.athena.lake.reading.streams import Failed, Stream
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.tables import Version
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.statement import Usage

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import FileScanTask, Table


class IcebergTable:
    """A table as one statement sees it.

    Attributes:
        table: as it was when the statement began.
        snapshot: that which is read; None for a table that has none yet.

    Args:
        version: that which was asked for.

    Raises:
        SqlError: INVALID_ARGUMENTS, there is no such version.
    """

    def __init__(self, reading: Reading, table: "Table", version: Version, usage: Usage, failed: Failed) -> None:
        self.table = table
        self.snapshot = snapshot_at(table, version)
        self._metadata = table.metadata
        if version is not None and self.snapshot is not None and self.snapshot.schema_id is not None:
            # An older version has the columns of its time.
            self._metadata = table.metadata.model_copy(update={"current_schema_id": self.snapshot.schema_id})
        self._reading = reading
        self._usage = usage
        self._failed = failed

    @property
    def schema(self) -> Schema:
        """The table's, as of the version."""
        return self._metadata.schema()

    @cached_property
    def columns(self) -> Sequence[tuple[str, Type]]:
        """Names in lower case, and types."""
        return [(field.name.lower(), from_iceberg(field.field_type)) for field in self.schema.fields]

    @property
    def hidden(self) -> Sequence[tuple[str, Type]]:
        """Where a row's file is, and of when."""
        return HIDDEN

    def scan(self, columns: Sequence[str], where: BooleanExpression) -> Stream:
        """Some columns of the rows that `where` may be true of; a condition on `$path` chooses files."""
        known = dict((*self.columns, *HIDDEN))
        shown = [(name, known[name]) for name in columns]
        return Stream(arrow_schema(shown), partial(self._batches, shown, where), self._failed)

    def files(self, where: BooleanExpression) -> list["FileScanTask"]:
        """The files that may hold rows for which `where` is true, with what was deleted of them.

        Raises:
            SqlError: NOT_SUPPORTED, it has equality deletes; ICEBERG_INVALID_METADATA or ICEBERG_FILESYSTEM_ERROR, a
                manifest cannot be read.
        """
        if self.snapshot is None:
            return []
        try:
            tasks = self._planned(fitted(where, self.schema))
        except ValueError as refused:
            if "equality deletes" not in str(refused):
                raise
            raise not_supported(f"to read {'.'.join(self.table.name())}, which has equality deletes,") from refused
        except OSError as error:
            raise cannot_read_metadata("manifests", error) from error
        return [task for task in tasks if may_hold(where, PATH, {"$path": task.file.file_path})]

    def _planned(self, where: BooleanExpression) -> list["FileScanTask"]:
        if self.snapshot is None:
            return []
        io = self.table.io
        planner = ManifestGroupPlanner(self._metadata, io, row_filter=where, case_sensitive=False)
        try:
            return list(planner.plan_files(self._reading.manifests.over(self.snapshot.manifests(io))))
        except TypeError:
            if isinstance(where, AlwaysTrue):
                raise
            # pyiceberg compares the NULL of a truncated column with a bound that stands beside IS NULL.
            return self._planned(AlwaysTrue())

    def _batches(self, shown: Sequence[tuple[str, Type]], where: BooleanExpression) -> Iterator[pa.RecordBatch]:
        tasks = self.files(where)
        files = DataFiles(
            metadata=self._metadata,
            shown=shown,
            where=fitted(where, self.schema),
            deleted=deleted_positions(self.table.io, tasks, self._reading.executor),
            modified=self._modified(tasks) if MODIFIED in dict(shown) else {},
        )
        return read_row_groups(self._reading, self._usage, self._row_groups(files, tasks), files.finish)

    def _row_groups(self, files: DataFiles, tasks: Sequence["FileScanTask"]) -> Iterator[RowGroups]:
        footers = ((1, partial(self._reading.footers.of, _key(task.file))) for task in tasks)
        for task, footer in zip(tasks, ahead(footers, self._reading.executor, FILES_AT_ONCE), strict=True):
            yield from files.row_groups(task, footer)

    def _modified(self, tasks: Sequence["FileScanTask"]) -> dict[str, datetime]:
        """When each file was written, as the store says."""
        paths = [task.file.file_path for task in tasks]
        found = self._reading.store.get_file_info([in_store(path) for path in paths])
        return {path: info.mtime for path, info in zip(paths, found, strict=True) if info.mtime}


def _key(file: "DataFile") -> Key:
    # Files are never written anew, but a table may be, with names of its own that come again.
    return Key(file.file_path, str(file.file_size_in_bytes))
