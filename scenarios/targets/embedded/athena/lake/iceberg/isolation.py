"""Whether what others committed meanwhile is in the way of a change: Iceberg's serializable isolation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyiceberg.expressions import BooleanExpression
from pyiceberg.expressions.visitors import _InclusiveMetricsEvaluator as Evaluator
from pyiceberg.manifest import ManifestContent, ManifestEntryStatus
from pyiceberg.table.snapshots import Snapshot, ancestors_of

from reference.lake.upkeep import SUMMARY as COMPACTION

if TYPE_CHECKING:
    from pyiceberg.manifest import ManifestFile
    from pyiceberg.table import Table


def is_in_the_way(table: "Table", base: Snapshot | None, where: BooleanExpression) -> bool:
    """Whether rows came, or were deleted, since `base`, for which `where` may be true.

    Whether files are gone that a change is to remove is found out by its commit.

    Args:
        table: as it is now.
        base: the snapshot that was read; None for a table that had none.
        where: on the table's columns, fitted to them.
    """
    evaluator = Evaluator(table.schema(), where, case_sensitive=False)
    for snapshot in ancestors_of(table.current_snapshot(), table.metadata):
        if base is not None and snapshot.snapshot_id == base.snapshot_id:
            return False
        for manifest in _made_by(table, snapshot):
            if manifest.content == ManifestContent.DELETES:
                return True
            for entry in manifest.fetch_manifest_entry(table.io):
                if entry.status == ManifestEntryStatus.ADDED and evaluator.eval(entry.data_file):
                    return True
    # One that was rolled back to, or expired since, is no longer an ancestor.
    return base is not None


def _made_by(table: "Table", snapshot: Snapshot) -> Iterator["ManifestFile"]:
    """The manifests that are a snapshot's own; a compaction's have no rows that were not there before."""
    said = snapshot.summary.additional_properties if snapshot.summary else {}
    if COMPACTION.items() <= said.items():
        return
    yield from (
        manifest
        for manifest in snapshot.manifests(table.io)
        if manifest.added_snapshot_id == snapshot.snapshot_id and manifest.has_added_files()
    )
