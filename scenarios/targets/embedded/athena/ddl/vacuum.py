"""VACUUM: snapshots that are too old go, then files that no snapshot names; properties and pins stay.

A file may be about to be named by somebody's commit. So only files are taken that were older than the grace when they
were listed, and are not named after an empty snapshot was committed: it refuses all commits that were under way, and
whoever commits later looks how old his files are. (See `reference.protocol.sweeping`.)
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from reference.protocol.offsets import grace_s
from scenarios.targets.embedded.athena.ddl.clauses import Named, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.iceberg.commits import Change, commit, commit_error, unretried
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.statement import Answer

if TYPE_CHECKING:
    from pyiceberg.manifest import ManifestFile

MAX_AGE_S, MIN_KEPT = 432_000, 1
"""Athena's own limits."""

CLOCK_STEP_S: Final = 1.0
"""The store tells times in whole seconds."""


def vacuum(cursor: Cursor, context: Context) -> Answer:
    """`table`."""
    name = table_name(cursor, context.database)
    cursor.end()
    if not is_iceberg(context.table(name)):
        raise SqlError("NOT_SUPPORTED", f"VACUUM is for Iceberg tables, and {name} is none")
    _expire(_load(context, name))
    _sweep(context, name)
    return Answer("DML", "VACUUM", [], iter(()))


def _load(context: Context, name: Named) -> Table:
    return context.lake.iceberg.load(context.table(name))


def _expire(table: Table) -> None:
    kept = int(table.properties.get("vacuum_min_snapshots_to_keep", MIN_KEPT))
    age_s = int(table.properties.get("vacuum_max_snapshot_age_seconds", MAX_AGE_S))
    before_ms = (datetime.now(UTC).timestamp() - age_s) * 1000
    named = {ref.snapshot_id for ref in table.refs().values()}
    old = sorted(table.snapshots(), key=lambda snapshot: snapshot.timestamp_ms)[: -kept or None]
    ids = [s.snapshot_id for s in old if s.timestamp_ms < before_ms and s.snapshot_id not in named]
    if not ids:
        return
    try:
        unretried(table).maintenance.expire_snapshots().by_ids(ids).commit()
    except CommitFailedException as refused:
        raise commit_error(table) from refused


def _sweep(context: Context, name: Named) -> None:
    table = _load(context, name)
    grace = grace_s(table.properties)
    stored = context.lake.objects.below(table.location())
    old = [found.path for found in stored if found.age_s - CLOCK_STEP_S > grace]
    named = set(_named(table))
    if all(in_store(path) in named for path in old):
        return
    changes = context.lake.changes
    commit(lambda: _load(context, name), Change(table.metadata, (), changes.clock_s()), changes.clock_s)
    named = set(_named(_load(context, name)))
    context.lake.objects.delete([path for path in old if in_store(path) not in named])


def _named(table: Table) -> Iterator[str]:
    """All that a snapshot, or the table itself, names, as the store calls it."""
    yield in_store(table.metadata_location)
    yield from (in_store(entry.metadata_file) for entry in table.metadata.metadata_log)
    manifests: dict[str, ManifestFile] = {}
    for snapshot in table.snapshots():
        yield in_store(snapshot.manifest_list)
        manifests |= {manifest.manifest_path: manifest for manifest in snapshot.manifests(table.io)}
    statistics = (*table.metadata.statistics, *table.metadata.partition_statistics)
    yield from (in_store(file.statistics_path) for file in statistics)
    for path, manifest in manifests.items():
        yield in_store(path)
        yield from (in_store(entry.data_file.file_path) for entry in manifest.fetch_manifest_entry(table.io))
