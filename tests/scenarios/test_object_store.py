"""Runs on a stack whose S3 lies on disk, a part of its own that may die and come back."""

from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone
from tests.scenarios.object_stores import s3_client

pytestmark = [pytest.mark.integration, pytest.mark.slow]

FINE = (0, 4)


def objects(state_dir: str) -> Path:
    return Path(state_dir) / "s3" / "objects"


def data_files(state_dir: str) -> list[Path]:
    return list(objects(state_dir).glob("olist-data-lake-*/**/*.parquet"))


def keys_of(stack: EmbeddedTarget) -> set[str]:
    """All data files as S3 lists them, with their buckets."""
    s3 = s3_client(stack.status().endpoints)
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    pages = [(name, page) for name in buckets for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name)]
    found = {f"{name}/{one['Key']}" for name, page in pages for one in page.get("Contents", [])}
    return {key for key in found if key.endswith(".parquet")}


def test_a_runs_objects_lie_on_disk_and_are_metered(keystone: Keystone, disk_stack: EmbeddedTarget) -> None:
    state_dir = disk_stack.status().state_dir
    before = set(data_files(state_dir))
    ran = keystone(
        *("run", "quickstart", "--events", "olist:3000", "--set", "warm_up_s=0", "--json"),
        *("--object-store", "versitygw", "--state-dir", state_dir),
    )
    assert ran.code in FINE, ran.err
    assert ran.json["object_store"].startswith("versitygw ")
    assert (ran.json["ledger"]["bronze"], ran.json["ledger"]["silver"]) == (3000, 3000)
    files = set(data_files(state_dir))
    assert keys_of(disk_stack) == {str(file.relative_to(objects(state_dir))) for file in files}
    meter = ran.json["meter"]
    assert meter["stored_bytes"] == sum(file.stat().st_size for file in files - before)
    [put] = [one for one in meter["requests"] if (one["service"], one["kind"]) == ("s3", "put")]
    assert (put["part"], put["requests"] > len(files - before)) == ("writer", True)
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
