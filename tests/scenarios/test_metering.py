"""What a run's meter says is what the store's own log says, and the lake's own files."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reference.lake.catalog import open_catalog
from reports.record import MeteredRequests, RunRecord
from scenarios.audit.lake_reader import LakeReader
from scenarios.model import library, overrides
from scenarios.runner import watched_load
from scenarios.runner.fault_journal import journal_of
from scenarios.runner.metering import MeterReading, read_meters
from scenarios.runner.one_run import run_once
from scenarios.runner.plan import plan_run
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import Readings, Target
from scenarios.targets.lake_upkeep import lake_settings
from tests.scenarios.object_stores import s3_client

pytestmark = pytest.mark.integration

LOGS = "test-access-logs"
METHODS = ("get", "put", "head", "post", "delete")


class AccessLog:
    """The store's own log: an object for each request, which is read once."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self._read: set[str] = set()
        self._by_writers: Counter[str] = Counter()

    def by_writers(self) -> Counter[str]:
        """Requests by method; an entry names the address that was asked, and the harness has one of its own."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=LOGS):
            for entry in page.get("Contents", []):
                if entry["Key"] not in self._read:
                    self._read.add(entry["Key"])
                    text = self._s3.get_object(Bucket=LOGS, Key=entry["Key"])["Body"].read().decode()
                    if self._s3.meta.endpoint_url not in text:
                        self._by_writers[next(word for word in map(str.lower, text.split()) if word in METHODS)] += 1
        return Counter(self._by_writers)


class LoggedTarget(EmbeddedTarget):
    """Notes with each reading of the meters what the store's own log says at that moment."""

    s3: Any
    log: AccessLog
    logs: dict[int, Counter[str]]

    def readings(self) -> Readings:
        while True:
            logged, found = self.log.by_writers(), super().readings()
            # A writer may look after its tables at any time; then both are of no one moment.
            if logged == self.log.by_writers():
                self.logs[id(found)] = logged
                return found


def log_all_buckets(s3: Any) -> None:
    lake = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    group = 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"'
    s3.create_bucket(Bucket=LOGS)
    s3.put_bucket_acl(Bucket=LOGS, GrantWrite=group, GrantReadACP=group)
    where = {"LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": "", "TargetGrants": []}}
    for bucket in lake:
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=where)


def data_bytes(target: LoggedTarget) -> int:
    """What the store holds of the tables' files. A file of a commit that came to nothing is in no table."""
    catalog = open_catalog(lake_settings(target.status().endpoints))
    tables = [catalog.load_table(f"{name}.orders") for name in ("bronze", "silver", "quarantine")]
    paths = {task.file.file_path for table in tables for task in table.scan().plan_files()}
    places = [path.removeprefix("s3://").partition("/") for path in paths]
    return sum(int(target.s3.head_object(Bucket=bucket, Key=key)["ContentLength"]) for bucket, _, key in places)


def by_method(requests: Sequence[MeteredRequests]) -> Counter[str]:
    """What S3 bills is told from the method and more: a list is a GET, a deletion of several is a POST."""
    method = {"list": "get", "delete": "post"}
    found: Counter[str] = Counter()
    for one in requests:
        if one.service == "s3":
            found[method.get(one.kind, one.kind)] += one.requests
    return found


@pytest.fixture
def target(scratch_stack: EmbeddedTarget) -> LoggedTarget:
    status = scratch_stack.status()
    found = LoggedTarget.attach(Path(status.state_dir))
    assert isinstance(found, LoggedTarget)
    found.s3, found.logs = s3_client(status.endpoints), {}
    found.log = AccessLog(found.s3)
    log_all_buckets(found.s3)
    return found


@pytest.fixture
def readings(target: LoggedTarget, monkeypatch: pytest.MonkeyPatch) -> list[tuple[MeterReading, int]]:
    """Those of the run, in turn, each with what the tables' files came to just before: whoever used the stack earlier
    may have left events that are yet to be written."""
    found = []

    def noted(run_on: Target, lake: LakeReader) -> MeterReading:
        stored = data_bytes(target)
        found.append((read_meters(run_on, lake), stored))
        return found[-1][0]

    monkeypatch.setattr(watched_load, "read_meters", noted)
    return found


def a_run(target: EmbeddedTarget, folder: Path) -> RunRecord:
    scenario = overrides.override(library.load("quickstart"), ["events=olist:3000", "warm_up_s=0"])
    with journal_of(target) as journal:
        return run_once(plan_run(scenario), target, journal, folder, lambda _text: None, pytest.fail)


def test_a_runs_requests_and_bytes_are_those_of_the_store(
    target: LoggedTarget, readings: list[tuple[MeterReading, int]], tmp_path: Path
) -> None:
    record = a_run(target, tmp_path / "run")
    meter = record.meter
    assert meter is not None
    first, last = (target.logs[id(reading.target)] for reading, _ in readings)
    logged = last - first
    logged["post"] += logged.pop("delete", 0)
    assert by_method(meter.requests) == +logged
    assert logged["put"] > 0
    assert {one.part for one in meter.requests} == {"writer"}
    assert meter.stored_bytes == readings[1][1] - readings[0][1]
    assert (meter.kafka_records, meter.lake_rows) == (3000, 3000)
    assert (meter.kafka_bytes or 0) > (record.events.payload_bytes or 0) > 3000 * 500
