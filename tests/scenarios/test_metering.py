"""What a run's meter says is what S3's own access log says, and the lake's own files."""

import time
from collections import Counter
from typing import Any

import boto3
import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import Readings
from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration

LOGS = "test-access-logs"
SETTLED_WITHIN_S = 30
METHODS = ("get", "put", "head", "post", "delete")


@pytest.fixture
def s3(scratch_stack: EmbeddedTarget) -> Any:
    endpoint = scratch_stack.status().endpoints.s3
    return boto3.client(
        "s3",
        endpoint_url=endpoint.endpoint,
        region_name=endpoint.region,
        aws_access_key_id=endpoint.access_key,
        aws_secret_access_key=endpoint.secret_key,
    )


def log_all_buckets(s3: Any) -> None:
    lake = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    group = 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"'
    s3.create_bucket(Bucket=LOGS)
    s3.put_bucket_acl(Bucket=LOGS, GrantWrite=group, GrantReadACP=group)
    where = {"LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": "", "TargetGrants": []}}
    for bucket in lake:
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=where)


def logged_by_writers(s3: Any) -> Counter[str]:
    """Requests by method; an entry names the address that was asked, and the harness has another than the writers."""
    found: Counter[str] = Counter()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=LOGS):
        for entry in page.get("Contents", []):
            text = s3.get_object(Bucket=LOGS, Key=entry["Key"])["Body"].read().decode()
            if s3.meta.endpoint_url not in text:
                found[next(word for word in map(str.lower, text.split()) if word in METHODS)] += 1
    return found


def asked_by_writers(before: Readings, after: Readings) -> Counter[str]:
    found: Counter[str] = Counter()
    for sign, readings in ((-1, before), (1, after)):
        for one in readings.requests or ():
            if (one.part, one.service) == ("writer", "s3"):
                found[one.kind] += sign * one.requests
    return found


def settled(stack: EmbeddedTarget, s3: Any) -> tuple[Readings, Counter[str]]:
    """The meter and the log of one moment: a writer may look after its tables at any time."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while True:
        readings, logged = stack.readings(), logged_by_writers(s3)
        if asked_by_writers(readings, stack.readings()).total() == 0:
            return readings, logged
        assert time.monotonic() < deadline, "the writers do not come to rest"


def data_bytes(s3: Any) -> int:
    pages = (
        page
        for bucket in ("bronze", "silver", "quarantine")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=f"olist-data-lake-{bucket}")
    )
    return sum(one["Size"] for page in pages for one in page.get("Contents", []) if one["Key"].endswith(".parquet"))


def test_a_runs_requests_and_bytes_are_those_of_the_store(
    keystone: Keystone, scratch_stack: EmbeddedTarget, s3: Any
) -> None:
    log_all_buckets(s3)
    (before, logged_before), stored = settled(scratch_stack, s3), data_bytes(s3)
    ran = keystone(
        *("run", "quickstart", "--events", "olist:3000", "--set", "warm_up_s=0", "--json"),
        *("--state-dir", scratch_stack.status().state_dir),
    )
    after, logged = settled(scratch_stack, s3)
    assert ran.code in (0, 4), ran.err
    asked = asked_by_writers(before, after)
    kinds = {"get": asked["get"] + asked["list"], **{kind: asked[kind] for kind in ("put", "head", "post", "delete")}}
    assert logged - logged_before == Counter({kind: count for kind, count in kinds.items() if count})
    meter = ran.json["meter"]
    metered = {one["kind"]: one["requests"] for one in meter["requests"] if one["service"] == "s3"}
    assert {one["part"] for one in meter["requests"]} == {"writer"}
    assert 0 < metered["put"] <= asked["put"]
    assert all(count <= asked[kind] for kind, count in metered.items())
    assert meter["stored_bytes"] == data_bytes(s3) - stored
    assert (meter["kafka_records"], meter["lake_rows"]) == (3000, 3000)
    assert meter["kafka_bytes"] > ran.json["events"]["payload_bytes"] > 3000 * 500
