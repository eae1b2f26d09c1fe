"""Runs on a stack whose S3 lies on disk, a part of its own that may die and come back."""

from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone
from tests.scenarios.object_stores import s3_client

pytestmark = [pytest.mark.integration, pytest.mark.slow]

FINE = (0, 4)


def test_a_runs_objects_lie_on_disk_and_are_metered(keystone: Keystone, disk_stack: EmbeddedTarget) -> None:
    state_dir = disk_stack.status().state_dir
    ran = keystone(
        *("run", "quickstart", "--events", "olist:3000", "--set", "warm_up_s=0", "--json"),
        *("--object-store", "versitygw", "--state-dir", state_dir),
    )
    assert ran.code in FINE, ran.err
    assert ran.json["object_store"].startswith("versitygw ")
    assert (ran.json["ledger"]["bronze"], ran.json["ledger"]["silver"]) == (3000, 3000)
    files = list(Path(state_dir).glob("s3/objects/olist-data-lake-*/**/*.parquet"))
    pages = s3_client(disk_stack.status().endpoints).get_paginator("list_objects_v2")
    listed = [page for layer in ("bronze", "silver") for page in pages.paginate(Bucket=f"olist-data-lake-{layer}")]
    assert len(files) == sum(one["Key"].endswith(".parquet") for page in listed for one in page.get("Contents", []))
    meter = ran.json["meter"]
    assert meter["stored_bytes"] == sum(file.stat().st_size for file in files)
    [put] = [one for one in meter["requests"] if (one["service"], one["kind"]) == ("s3", "put")]
    assert (put["part"], put["requests"] > len(files)) == ("writer", True)
    assert "glue" in {one["service"] for one in meter["requests"]}
    assert ran.json["cost"]["usd_per_million_events"] > 0


def test_a_store_that_is_killed_and_comes_back_costs_no_event(keystone: Keystone, disk_stack: EmbeddedTarget) -> None:
    fault = "faults=[{fault: kill, part: s3, at_s: 3, for_s: 2}]"
    ran = keystone(
        *("run", "quickstart", "--short", "--set", fault, "--set", "flush_seconds=1", "--set", "at_most={}", "--json"),
        *("--state-dir", disk_stack.status().state_dir),
    )
    assert ran.code in FINE, ran.err
    [broken] = ran.json["faults"]
    assert (broken["part"], broken["error"]) == ("s3", None)
    assert broken["ended_s"] > broken["began_s"] > 0
    assert ran.json["ledger"]["bronze"] == ran.json["events"]["acked"] > 0
