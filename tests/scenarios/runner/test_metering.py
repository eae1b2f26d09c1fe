"""What was used lies between two readings; who asked is told apart, and what nobody counted is not made up."""

from collections.abc import Sequence
from typing import Any

import pytest

from reports.record import MeteredQuery, MeteredRequests
from scenarios.audit.lake_reader import TableSize
from scenarios.runner import metering
from scenarios.runner.metering import WRITTEN, MeterReading, between, read_meters
from scenarios.targets.interface import Readings


def asked(part: str, service: str, kind: str, requests: int, **more: Any) -> MeteredRequests:
    figures = {"bytes_in": 10 * requests, "bytes_out": 100 * requests, "busy_s": requests / 1000} | more
    return MeteredRequests(part=part, service=service, kind=kind, requests=requests, **figures)


def queried(part: str, scanned_bytes: int) -> MeteredQuery:
    return MeteredQuery(
        part=part,
        statement="SELECT",
        kind="DML",
        state="SUCCEEDED",
        reused=False,
        scanned_bytes=scanned_bytes,
        engine_ms=1,
    )


def reading(requests: Sequence[MeteredRequests] | None, kafka_bytes: int | None, rows: int) -> MeterReading:
    sizes = {name: TableSize(rows, rows * 7) for name in WRITTEN}
    return MeterReading(Readings(requests, kafka_bytes), sizes)


FIRST = [asked("writer", "s3", "put", 5), asked("writer", "s3", "get", 2), asked("client", "s3", "get", 9)]
LAST = [
    asked("writer", "s3", "put", 8),
    asked("writer", "s3", "get", 2),
    asked("client", "s3", "get", 50),
    asked("writer", "glue", "GetTable", 4),
]


def test_what_was_used_is_what_the_last_reading_has_more_than_the_first_of_the_pipeline_alone() -> None:
    meter = between(reading(FIRST, 1000, 10), reading(LAST, 1700, 30), wall_s=2.5, kafka_records=20)
    assert meter is not None
    assert meter.requests == (asked("writer", "s3", "put", 3), asked("writer", "glue", "GetTable", 4))
    assert (meter.wall_s, meter.kafka_records, meter.kafka_bytes) == (2.5, 20, 700)
    assert (meter.lake_rows, meter.stored_bytes) == (20, 3 * 20 * 7)
    assert (meter.scanned_bytes, meter.queries) == (None, ())


def test_queries_are_those_that_ended_meanwhile_and_were_not_the_harnesss() -> None:
    before, own, of_checks = (queried(part, 7) for part in ("checks", "client", "checks"))
    first, last = (
        MeterReading(Readings([], None, queries), {name: TableSize(0, 0) for name in WRITTEN})
        for queries in ([before], [before, own, of_checks, of_checks])
    )
    meter = between(first, last, 1, 0)
    assert meter is not None
    assert (meter.queries, meter.scanned_bytes) == ((of_checks, of_checks), 14)


def test_bytes_that_the_stores_log_does_not_say_stay_unknown() -> None:
    first, last = (asked("writer", "s3", "get", count, bytes_out=None, bytes_in=None) for count in (2, 5))
    meter = between(reading([first], None, 0), reading([last], None, 0), 1, 0)
    assert meter is not None
    [used] = meter.requests
    assert (used.requests, used.bytes_in, used.bytes_out, meter.kafka_bytes) == (3, None, None, None)


def test_a_target_that_counts_nothing_has_no_meter() -> None:
    assert between(reading(None, None, 0), reading(None, None, 0), 1, 0) is None


class Lake:
    """Its tables grow between looks for a while."""

    def __init__(self, commits: int) -> None:
        self.rows = 0
        self._commits = commits

    def sizes(self, names: Sequence[str]) -> dict[str, TableSize]:
        self.rows += self.rows < self._commits
        return {name: TableSize(self.rows, 0) for name in names}


class Target:
    """Meters what the lake has at the moment of the reading."""

    def __init__(self, lake: Lake, abilities: frozenset[str]) -> None:
        self.abilities = abilities
        self._lake = lake

    def readings(self) -> Readings:
        return Readings(None, self._lake.rows)


@pytest.mark.parametrize("commits", [0, 1, 5])
def test_a_reading_is_never_taken_across_a_commit(commits: int) -> None:
    lake: Any = Lake(commits)
    target: Any = Target(lake, frozenset({"meter"}))
    found = read_meters(target, lake)
    assert {size.rows for size in found.sizes.values()} == {found.target.kafka_bytes} == {commits}


def test_tables_that_never_rest_are_not_metered_and_no_reason_to_lose_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metering, "STILL_WITHIN_S", 0.05)
    lake: Any = Lake(10**9)
    target: Any = Target(lake, frozenset({"meter"}))
    restless = read_meters(target, lake)
    assert between(reading(FIRST, 1000, 10), restless, 1, 0) is None


def test_of_a_target_without_meters_nothing_is_asked_of_the_lake() -> None:
    lake: Any = Lake(5)
    target: Any = Target(lake, frozenset())
    assert (read_meters(target, lake).sizes, lake.rows) == ({}, 0)
