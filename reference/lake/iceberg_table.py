"""An Iceberg table as the protocol sees it: load, append under the fence, look for a snapshot."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.manifest import DataFile
from pyiceberg.table import Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import TableUpdate

from reference.errors import CommitRefused, CommitUnknown
from reference.lake.catalog import refuse_silent_retries
from reference.protocol.offsets import TableOffsets, parse_offsets

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.table import Table


class IcebergTable:
    """One table of the lake, for one topic. Not for use from several threads at once.

    Args:
        io: reads and writes the table's files, in the place of the catalog's own.
    """

    def __init__(self, catalog: GlueCatalog, identifier: str, topic: str, io: "FileIO | None" = None) -> None:
        self._catalog = catalog
        self._io = io
        self._identifier = identifier
        self._topic = topic
        self._table: Table | None = None

    @property
    def table(self) -> "Table":
        """The table as it was last loaded."""
        return self._table or self._load()

    def load(self) -> TableOffsets:
        """Read the table anew.

        Raises:
            SilentRetries: its commits would be repeated behind our back.
        """
        table = self._load()
        refuse_silent_retries(table)
        return parse_offsets(table.properties, self._topic)

    def takes(self, files: Sequence[DataFile]) -> bool:
        """Whether files were written for the partition spec that the table had when it was last loaded.

        A commit enters all its files under the newest spec: one of another spec would be in a wrong partition, where
        no filtered scan finds it.
        """
        return all(file.spec_id == self.table.metadata.default_spec_id for file in files)

    def append(
        self,
        files: Sequence[DataFile],
        properties: Mapping[str, str],
        removals: Sequence[str] = (),
        summary: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add `files`, set and remove properties, in one snapshot on top of the one last loaded.

        Without files the snapshot is empty: a commit of properties alone would not be compared with the head, and
        a stale one would overwrite a newer offset.

        Raises:
            CommitRefused, CommitUnknown: see reference.errors.
        """
        transaction = _Transaction(self.table)
        with transaction.update_snapshot(dict(summary)).merge_append() as snapshot:
            for file in files:
                snapshot.append_data_file(file)
        transaction.set_properties(dict(properties))
        if removals:
            transaction.remove_properties(*removals)
        _commit(transaction, snapshot.snapshot_id)

    def swap(self, removed: Sequence[DataFile], added: Sequence[DataFile], summary: Mapping[str, str]) -> None:
        """Put files in the place of others, in one snapshot on top of the one last loaded.

        Raises:
            CommitRefused, CommitUnknown: see reference.errors.
        """
        transaction = _Transaction(self.table)
        try:
            with transaction.update_snapshot(dict(summary)).overwrite() as snapshot:
                for file in removed:
                    snapshot.delete_data_file(file)
                for file in added:
                    snapshot.append_data_file(file)
        except ValidationException as gone:
            raise CommitRefused(str(gone)) from gone
        _commit(transaction, snapshot.snapshot_id)

    def has_snapshot(self, snapshot_id: int) -> bool:
        """Whether the table, read anew, has this snapshot."""
        return self._load().snapshot_by_id(snapshot_id) is not None

    def newest_summaries(self, count: int) -> list[tuple[int, Mapping[str, str]]]:
        """When the table's newest snapshots were made, in Unix milliseconds, and what they say of themselves.

        As of the last load, oldest first.
        """
        newest = sorted(self.table.snapshots(), key=lambda snapshot: snapshot.timestamp_ms)[-count:]
        return [(s.timestamp_ms, s.summary.additional_properties if s.summary else {}) for s in newest]

    def _load(self) -> "Table":
        self._table = self._catalog.load_table(self._identifier)
        self._table.io = self._io or self._table.io
        return self._table


class _Transaction(Transaction):
    """Derives its metadata once for each change. pyiceberg does a dozen times a commit, copying every snapshot.

    Right as long as pyiceberg puts a new tuple in the place of `_updates` at each change, which a test holds it to.
    """

    _derived: tuple[TableMetadata, tuple[TableUpdate, ...], TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        base, updates, known = self._table.metadata, self._updates, self._derived
        if known is None or known[0] is not base or known[1] is not updates:
            known = self._derived = (base, updates, super().table_metadata)
        return known[2]


def _commit(transaction: Transaction, snapshot_id: int) -> None:
    # Anything else ends the process, as a crash here would: the next start reads the tables. To go on as if nobody
    # had answered would repeat a commit that can never be made.
    try:
        transaction.commit_transaction()
    except CommitFailedException as refused:
        raise CommitRefused(str(refused)) from refused
    except (BotoCoreError, ClientError, OSError) as unclear:
        raise CommitUnknown(snapshot_id, unclear) from unclear
