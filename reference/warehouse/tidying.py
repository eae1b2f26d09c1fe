"""What the way to gold leaves behind, put away: gold's small files, views of checks that died, old results."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from reference.quality.predicate import quoted
from reference.warehouse.athena import Athena
from reference.warehouse.check_view import DATABASE, PREFIX
from reference.warehouse.gold import TABLE

DELETED_AT_ONCE: Final = 1_000
_RESULT: Final = re.compile(
    r"(?:^|/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.csv|\.txt|-manifest\.csv)?(?:\.metadata)?$"
)
"""A query's id and an ending: https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html"""


def compact_gold(athena: Athena) -> None:
    """Put gold's files together; each MERGE adds some."""
    athena.change(f"OPTIMIZE {TABLE} REWRITE DATA USING BIN_PACK")


def drop_left_views(athena: Athena, older_than: timedelta, now: datetime, glue: Any) -> list[str]:
    """Drop the views of checks that never came to their end; their names.

    Args:
        older_than: younger ones may be in use.
        glue: boto3's client.
    """
    dropped = []
    for page in glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE, Expression=f"{PREFIX}.*"):
        for view in page["TableList"]:
            if view.get("TableType") == "VIRTUAL_VIEW" and now - view["CreateTime"] > older_than:
                athena.run(f"DROP VIEW IF EXISTS {quoted(DATABASE)}.{quoted(view['Name'])}")
                dropped.append(view["Name"])
    return dropped


def expire_results(s3: Any, output: str, older_than: timedelta, now: datetime) -> int:
    """Remove results of queries that are older; how many objects.

    Args:
        s3: boto3's client.
        output: the URL of the folder below which results lie. What else is there stays: only what is called as Athena
            calls a result is one.
    """
    where = urlsplit(output)
    folder = where.path.strip("/")
    keys = _old_results(s3, where.netloc, f"{folder}/" if folder else "", now - older_than)
    removed = 0
    while batch := [{"Key": key} for key, _ in zip(keys, range(DELETED_AT_ONCE), strict=False)]:
        answer = s3.delete_objects(Bucket=where.netloc, Delete={"Objects": batch, "Quiet": True})
        if failed := answer.get("Errors"):
            raise OSError(f"{len(failed)} results could not be removed, the first: {failed[0]}")
        removed += len(batch)
    return removed


def results_of(athena_client: Any, workgroup: str) -> str | None:
    """Where a workgroup puts its results; None if it leaves that to who asks."""
    found = athena_client.get_work_group(WorkGroup=workgroup)["WorkGroup"]["Configuration"]
    output: str | None = found.get("ResultConfiguration", {}).get("OutputLocation")
    return output


def _old_results(s3: Any, bucket: str, prefix: str, before: datetime) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for stored in page.get("Contents", ()):
            if stored["LastModified"] < before and _RESULT.search(stored["Key"]):
                yield stored["Key"]
