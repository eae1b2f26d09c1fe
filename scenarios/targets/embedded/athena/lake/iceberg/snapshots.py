"""Which snapshot of a table a statement reads: FOR VERSION AS OF, FOR TIMESTAMP AS OF, or the newest."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import Version

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot


def snapshot_at(table: "Table", version: Version) -> "Snapshot | None":
    """The snapshot of a version; None for the newest of a table that has none yet.

    Raises:
        SqlError: INVALID_ARGUMENTS, there is none such.
    """
    if version is None:
        return table.current_snapshot()
    if isinstance(version, int):
        found = table.snapshot_by_id(version)
        if found is None:
            raise SqlError("INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {version}")
        return found
    return _newest_at(table, version)


def _newest_at(table: "Table", time: datetime) -> "Snapshot":
    at = time if time.tzinfo else time.replace(tzinfo=UTC)
    # The log, and not the snapshots: one that was rolled back was not the newest afterwards.
    passed = [entry for entry in table.history() if entry.timestamp_ms <= at.timestamp() * 1000]
    # The last in the log's own order, as Iceberg's SnapshotUtil.nullableSnapshotIdAsOfTime has it.
    found = table.snapshot_by_id(passed[-1].snapshot_id) if passed else None
    if found is None:
        shown = at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        raise SqlError(
            "INVALID_ARGUMENTS",
            f'No version history table "{table.name()[0]}"."{table.name()[1]}" at or before {shown} UTC',
        )
    return found
