"""What statements that write do to tables: add rows, or put rows in the place of whole files."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow.fs import FileSystem
from pyiceberg.expressions import AlwaysTrue, BooleanExpression

from scenarios.targets.embedded.athena.lake.conditions.fitting import fitted
from scenarios.targets.embedded.athena.lake.glue import Glue
from scenarios.targets.embedded.athena.lake.hive.changes import append_to_hive
from scenarios.targets.embedded.athena.lake.iceberg.commits import Change, commit, commit_error
from scenarios.targets.embedded.athena.lake.iceberg.loading import IcebergLoader, is_iceberg
from scenarios.targets.embedded.athena.lake.iceberg.partitioned_writer import write_data_files
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.lake.objects import Objects
from scenarios.targets.embedded.athena.lake.views import is_view
from scenarios.targets.embedded.athena.lake.written import Written
from scenarios.targets.embedded.athena.sql.errors import SqlError

if TYPE_CHECKING:
    from pyiceberg.table import Table


@dataclass(frozen=True)
class Changes:
    """Changes of tables; any thread may make some."""

    glue: Glue
    iceberg: IcebergLoader
    store: FileSystem
    objects: Objects
    clock_s: Callable[[], float] = time.monotonic

    def append(self, database: str, name: str, batches: Iterable[pa.RecordBatch]) -> Written:
        """Add rows to a table, in one snapshot if it is Iceberg's.

        Args:
            batches: all of the table's columns in its order, as they are held.

        Raises:
            SqlError: ICEBERG_COMMIT_ERROR, ICEBERG_TOO_MANY_OPEN_PARTITIONS or HIVE_TOO_MANY_OPEN_PARTITIONS,
                CONSTRAINT_VIOLATION, NOT_SUPPORTED; nothing is added.
        """
        found = self.glue.table(database, name)
        if is_view(found):
            raise SqlError("NOT_SUPPORTED", "Inserting into views is not supported")
        if not is_iceberg(found):
            return append_to_hive(self.glue, self.store, self.objects, found, batches)
        began_s, table = self.clock_s(), self.iceberg.load(found)
        added = write_data_files(self.store, table.metadata, batches)
        if added:
            commit(lambda: self._load(database, name), Change(table.metadata, added, began_s), self.clock_s)
        return Written([file.file_path for file in added], sum(file.record_count for file in added))

    def swap(
        self,
        table: IcebergTable,
        removed: Collection[str],
        batches: Iterable[pa.RecordBatch],
        where: BooleanExpression = AlwaysTrue(),  # noqa: B008 - it never changes
    ) -> int:
        """Put rows in the place of files, in one snapshot; return how many there are.

        Args:
            table: as the statement found and read it.
            removed: the files' paths, as `$path` has them.
            where: a condition that is true of all rows that the statement depends on; if others add or delete such
                rows meanwhile, nothing is changed.

        Raises:
            SqlError: as of `append`; ICEBERG_COMMIT_ERROR also if one of the files is gone.
        """
        began_s, metadata = self.clock_s(), table.table.metadata
        files = {task.file.file_path: task.file for task in table.files(AlwaysTrue())} if removed else {}
        if not files.keys() >= set(removed):
            raise commit_error(table.table)
        added = write_data_files(self.store, metadata, batches)
        change = Change(
            metadata=metadata,
            added=added,
            began_s=began_s,
            removed=[files[path] for path in removed],
            base=table.snapshot,
            where=fitted(where, metadata.schema()),
        )
        if added or removed:
            commit(lambda: self._load(*table.table.name()), change, self.clock_s)
        return sum(file.record_count for file in added)

    def _load(self, database: str, name: str) -> "Table":
        return self.iceberg.load(self.glue.table(database, name))
