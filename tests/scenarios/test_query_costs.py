"""What questions to the lake cost, on a real stack: measured on copies that are gone afterwards."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import boto3
import pytest

from reference.lake.settings import LakeSettings
from reports.price_book import read_price_book
from reports.record import QueryCost
from scenarios.runner.query_costs import QueryCosts
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.errors import TargetError
from scenarios.targets.lake_upkeep import lake_settings
from tests.scenarios.conftest import FINE, Keystone
from tests.stacks import running_stack

pytestmark = [pytest.mark.integration, pytest.mark.slow]

LOAD = ("--set", "phases=[{for_s: 2, rate_per_s: 1000}]", "--set", "warm_up_s=0", "--set", "at_least={}")
DAYS = ("--set", "first_day=2018-03-01", "--set", "last_day=2018-03-03")


@pytest.fixture
def stack_of_days(tmp_path: Path) -> Iterator[EmbeddedTarget]:
    """A stack of its own: copies are made of all days that a lake has."""
    with running_stack(tmp_path / "state") as target:
        yield target


def test_each_layout_is_asked_and_leaves_nothing_behind(keystone: Keystone, stack_of_days: EmbeddedTarget) -> None:
    state_dir = stack_of_days.status().state_dir
    with pytest.raises(TargetError, match="silver has no rows of the run"):
        list(QueryCosts(stack_of_days, "early", read_price_book()).measure(lambda _: None))
    ran = keystone(
        *("run", "quickstart", *LOAD, *DAYS, "--set", "query_costs=true", "--set", "flush_seconds=0.2"),
        *("--state-dir", state_dir, "--json"),
    )
    assert ran.code in FINE, ran.err
    costs = {(one["layout"], one["days"], one["columns"]): one for one in ran.json["query_costs"]}
    assert len(costs) == len(ran.json["query_costs"]) == 12
    assert_scanned_as_asked(costs)
    for one in costs.values():
        billed_mb = max(10, ceil(one["scanned_bytes"] / 1e6))
        requests_usd = one["usd"] - billed_mb * read_price_book().usd("athena.scanned") / 1e6
        # Of the two prices of requests, the one a thousand at the most, the other at the least.
        assert 0.0004 <= 1000 * requests_usd / one["s3_requests"] <= 0.005
    settings = lake_settings(stack_of_days.status().endpoints)
    assert copies_of(settings, ran.json["id"]) == []
    listed = boto3.client(**settings.client_arguments("glue")).get_databases()["DatabaseList"]
    assert not [one["Name"] for one in listed if "query_costs" in one["Name"]]
    assert_that_what_was_measured_before_a_copy_failed_holds(stack_of_days, ran.json["id"])


def assert_that_what_was_measured_before_a_copy_failed_holds(target: EmbeddedTarget, run_id: str) -> None:
    """And that nothing of somebody else's is removed."""
    glue: Any = boto3.client(**lake_settings(target.status().endpoints).client_arguments("glue"))
    taken = f"keystone_query_costs_{run_id.replace('-', '_')}"
    glue.create_database(DatabaseInput={"Name": taken})
    found: list[QueryCost] = []
    with pytest.raises(TargetError, match="already exists"):
        found.extend(QueryCosts(target, run_id, read_price_book()).measure(lambda _: None))
    assert [one.layout for one in found] == ["written"] * 4
    assert glue.get_database(Name=taken)
    glue.close()


def assert_scanned_as_asked(costs: dict[tuple[str, str, str], Any]) -> None:
    """More is scanned for more columns everywhere, and for more days only where there are partitions."""
    scanned = {key: one["scanned_bytes"] for key, one in costs.items()}
    for layout in ("written", "compacted", "unpartitioned"):
        assert scanned[layout, "one", "one"] < scanned[layout, "one", "all"]
        assert (
            scanned[layout, "all", "one"] < scanned[layout, "all", "all"] <= costs[layout, "all", "all"]["table_bytes"]
        )
    for layout in ("written", "compacted"):
        assert scanned[layout, "one", "all"] < scanned[layout, "all", "all"]
    assert scanned["unpartitioned", "one", "all"] == scanned["unpartitioned", "all", "all"]
    files, requests = (
        {layout: costs[layout, "one", "all"][what] for layout in ("written", "compacted", "unpartitioned")}
        for what in ("files", "s3_requests")
    )
    assert files["written"] > files["compacted"] > files["unpartitioned"] == 1
    assert requests["written"] > requests["compacted"]


def copies_of(settings: LakeSettings, run_id: str) -> list[str]:
    """Objects of the run's copies that are still there."""
    pages = boto3.client(**settings.client_arguments("s3")).get_paginator("list_objects_v2")
    stored = (
        one["Key"] for page in pages.paginate(Bucket=f"{settings.bucket_prefix}-silver") for one in page["Contents"]
    )
    return [key for key in stored if run_id in key]
