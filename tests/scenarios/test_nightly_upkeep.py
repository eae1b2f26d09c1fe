"""What the DAG `olist_lake_upkeep` does, on a real stack: files fewer, every row where it was, results gone."""

from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Any

import boto3
import pytest

from reference.days import upkeep
from reference.days.settings import DaySettings
from reference.lake.settings import LakeSettings
from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.airflow.environment import task_environment
from scenarios.targets.embedded.stack import RESULTS_BUCKET
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import FINE, Keystone

pytestmark = [pytest.mark.integration, pytest.mark.slow]

LOAD = ("--set", "phases=[{for_s: 3, rate_per_s: 200}]", "--set", "warm_up_s=0", "--set", "at_least={}")
DAY = ("--set", "first_day=2018-03-10", "--set", "last_day=2018-03-10", "--set", "flush_seconds=0.2")


def rows(lake: LakeReader) -> Counter[Any]:
    """Those of the three tables, with how often each is there."""
    found = (lake.rows(f"{name}.orders", ["topic_id", "partition", "offset"]) for name in ("bronze", "silver"))
    return Counter(tuple(row.values()) for table in found for row in table.to_pylist())


def results(lake: LakeSettings) -> set[str]:
    """Where queries of this stack have put their results, as far as these are there still."""
    with closing(boto3.client(**lake.client_arguments("athena"))) as athena:
        asked = athena.get_paginator("list_query_executions").paginate()
        ids = [found for page in asked for found in page["QueryExecutionIds"]]
    with closing(boto3.client(**lake.client_arguments("s3"))) as s3:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=RESULTS_BUCKET)
        keys = [stored["Key"] for page in pages for stored in page.get("Contents", ())]
    return {key for key in keys if any(found in key for found in ids)}


def test_tables_are_put_together_and_results_removed(keystone: Keystone, stack: EmbeddedTarget) -> None:
    status = stack.status()
    ran = keystone("run", "quickstart", *LOAD, *DAY, "--state-dir", status.state_dir)
    assert ran.code in FINE, ran.err
    assert keystone("sql", "SELECT 1", "--state-dir", status.state_dir).code == 0
    environment = task_environment(status.endpoints)
    lake, settings = LakeSettings.from_environment(environment), DaySettings.from_environment(environment)
    reader = LakeReader(status.endpoints)
    before, files = rows(reader), reader.summary("silver.orders").files
    gone = upkeep.compact(settings, lake)
    assert gone["silver"] > 0
    assert reader.summary("silver.orders").files == files - gone["silver"]
    upkeep.expire_snapshots(lake, timedelta(0))
    assert rows(reader) == before
    assert results(lake)
    removed = upkeep.tidy(settings, lake, timedelta(0))
    assert removed["results"] > 0
    assert not results(lake)
