"""Upkeep around the days: small files put together, old snapshots, old results and left views removed.

Each is safe to repeat, to kill and to run beside writers; see reference/lake/upkeep.py.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import boto3

from reference.clock import boot_clock, short_pause
from reference.days.settings import DaySettings
from reference.lake.catalog import open_catalog
from reference.lake.expiry import expire
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from reference.lake.upkeep import open_upkeeps
from reference.protocol.decisions import COMMIT_ORDER
from reference.warehouse.athena import Athena
from reference.warehouse.tidying import compact_gold, drop_left_views, expire_results, results_of

TARGET_BYTES: Final = 128 * 2**20
MOST_BYTES: Final = 2**30
"""A file grows to so much; so much is rewritten of a table at a time."""

VIEWS_MAY_LAST: Final = timedelta(hours=6)


def compact(settings: DaySettings, lake: LakeSettings) -> dict[str, int]:
    """Put small files together, gold's too; table → how many are gone, of those that the writers write."""
    with open_upkeeps(lake, COMMIT_ORDER, lambda _: None, short_pause, boot_clock) as upkeeps:
        gone = {name: upkeep.compact(TARGET_BYTES, MOST_BYTES) for name, upkeep in upkeeps.items()}
    compact_gold(_athena(settings, lake))
    return {str(name): count for name, count in gone.items()}


def expire_snapshots(lake: LakeSettings, keep: timedelta) -> dict[str, int]:
    """Remove snapshots that are older; table → how many."""
    catalog = open_catalog(lake)
    return {layout.identifier: expire(catalog, layout.identifier, keep) for layout in LAYOUTS.values()}


def tidy(settings: DaySettings, lake: LakeSettings, keep: timedelta) -> dict[str, int]:
    """Remove results of queries that are older, and the views of checks that died; how many of each."""
    now = datetime.now(UTC)
    athena, s3, glue = (boto3.client(**lake.client_arguments(name)) for name in ("athena", "s3", "glue"))
    output = settings.output or results_of(athena, settings.workgroup)
    results = expire_results(s3, output, keep, now) if output else 0
    views = drop_left_views(_athena(settings, lake), VIEWS_MAY_LAST, now, glue)
    return {"results": results, "views": len(views)}


def _athena(settings: DaySettings, lake: LakeSettings) -> Athena:
    return Athena(boto3.client(**lake.client_arguments("athena")), settings.workgroup, settings.output)
