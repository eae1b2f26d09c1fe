"""Snapshot expiry: every commit adds a snapshot to the table's metadata, which would grow without end."""

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pyiceberg.exceptions import CommitFailedException

from reference.lake.catalog import refuse_silent_retries

if TYPE_CHECKING:
    from pyiceberg.catalog.glue import GlueCatalog

log = logging.getLogger(__name__)

MIN_SNAPSHOTS = 20
"""So many are kept, however old: readers and time travel need a few."""


def expire(catalog: "GlueCatalog", identifier: str, keep: timedelta) -> int:
    """Remove snapshots older than `keep` from a table's metadata; return how many.

    The table's properties, and with them offsets and pins, are not touched. Data files stay. A refused commit is
    not repeated, nor one of snapshots that somebody else has expired meanwhile: the next call comes soon.
    """
    table = catalog.load_table(identifier)
    refuse_silent_retries(table)
    before_ms = (datetime.now(UTC) - keep).timestamp() * 1000
    candidates = sorted(table.snapshots(), key=lambda s: s.timestamp_ms)[:-MIN_SNAPSHOTS]
    protected = {ref.snapshot_id for ref in table.metadata.refs.values()}
    ids = [s.snapshot_id for s in candidates if s.timestamp_ms < before_ms and s.snapshot_id not in protected]
    if not ids:
        return 0
    try:
        table.maintenance.expire_snapshots().by_ids(ids).commit()
    except CommitFailedException as refused:
        log.info("expiry of %s put off: %s", identifier, refused)
        return 0
    except ValueError as refused:
        # pyiceberg's word for a snapshot that is gone, too.
        if set(ids) <= {snapshot.snapshot_id for snapshot in catalog.load_table(identifier).snapshots()}:
            raise
        log.info("expiry of %s put off: %s", identifier, refused)
        return 0
    return len(ids)
