"""Changes of an Iceberg table, one snapshot each, that are made only if nobody made another that is in their way.

A commit is compare-and-set on the catalog. Refused, it is looked at whether what came in between is in the way; if
not, the same files go on top of it. What became of a commit without a clear reply is found out by reading; nothing is
deleted, and no request is sent twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.expressions import BooleanExpression
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.update.snapshot import UpdateSnapshot

from reference.lake.catalog import NUM_RETRIES
from reference.protocol.offsets import grace_s
from scenarios.targets.embedded.athena.lake.iceberg.isolation import is_in_the_way
from scenarios.targets.embedded.athena.sql.errors import SqlError

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.table.snapshots import Snapshot

MOST_TRIES: Final = 10


@dataclass(frozen=True)
class Change:
    """Files in the place of files.

    Attributes:
        metadata: of the table for which `added` was written.
        began_s: when the first of them was, at the earliest.
        base: the snapshot that was read.
        where: of the rows that were read, fitted to the table; None for a change that does not depend on any.
        summary: what its snapshot says of itself.
    """

    metadata: "TableMetadata"
    added: Sequence[DataFile]
    began_s: float
    removed: Sequence[DataFile] = ()
    base: "Snapshot | None" = None
    where: BooleanExpression | None = None
    summary: Mapping[str, str] = field(default_factory=dict)


def commit(load: Callable[[], Table], change: Change, clock_s: Callable[[], float]) -> None:
    """Make a change, in one snapshot on top of whatever is there.

    Args:
        load: reads the table anew.

    Raises:
        SqlError: ICEBERG_COMMIT_ERROR, somebody else's change is in the way, or it is not known what became of it.
    """
    for _ in range(MOST_TRIES):
        table = load()
        if _is_stale(table, change, clock_s()):
            break
        if _is_committed(table, change, load):
            return
    raise commit_error(table)


def commit_error(table: Table) -> SqlError:
    """Athena's word for a change that was not made."""
    return SqlError("ICEBERG_COMMIT_ERROR", f"Failed to commit Iceberg update to table: {'.'.join(table.name())}")


def unretried(table: Table) -> Table:
    """The same table, whose commits pyiceberg does not repeat on a new head by itself: it would let stale ones in."""
    properties = {**table.metadata.properties, NUM_RETRIES: "0"}
    metadata = table.metadata.model_copy(update={"properties": properties})
    return Table(table.name(), metadata, table.metadata_location, table.io, table.catalog)


def _is_stale(table: Table, change: Change, now_s: float) -> bool:
    """Whether the files must not go into the table as it is now."""
    then, now = change.metadata, table.metadata
    ids = [(of.table_uuid, of.default_spec_id, of.current_schema_id) for of in (then, now)]
    # A sweep may take files that no snapshot names once they are of that age: none that is near it may be named.
    is_old = bool(change.added) and now_s - change.began_s > grace_s(table.properties) / 2
    return ids[0] != ids[1] or is_old or (change.where is not None and is_in_the_way(table, change.base, change.where))


def _is_committed(table: Table, change: Change, load: Callable[[], Table]) -> bool:
    """Try to commit; False if another commit came first."""
    transaction, snapshot_id = Transaction(unretried(table)), None
    update = transaction.update_snapshot(dict(change.summary))
    try:
        snapshot_id = _staged(update, change)
        transaction.commit_transaction()
    except CommitFailedException:
        return False
    except ValidationException as gone:
        raise commit_error(table) from gone
    except (BotoCoreError, ClientError, OSError) as unclear:
        if snapshot_id is None or load().snapshot_by_id(snapshot_id) is None:
            raise commit_error(table) from unclear
    return True


def _staged(update: UpdateSnapshot, change: Change) -> int:
    """The change's snapshot, of which the catalog knows nothing yet; its id."""
    try:
        with update.overwrite() if change.removed else update.merge_append() as snapshot:
            for file in change.removed:
                snapshot.delete_data_file(file)
            for file in change.added:
                snapshot.append_data_file(file)
    except ValueError as unknown:
        # Such as NaN, by which pyiceberg cannot ask for the files of a partition.
        raise SqlError(
            "NOT_SUPPORTED", f"a change of files of such a partition is not supported: {unknown}"
        ) from unknown
    return snapshot.snapshot_id
