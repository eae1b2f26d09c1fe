"""The price of a run is arithmetic that can be done by hand."""

from typing import Any

import pytest

from reports import record as rec
from reports.cost import billed_bytes, cost, query_usd
from reports.price_book import read_price_book
from tests.records import a_record, an_events

BOOK = read_price_book()


def a_stage(name: str, cpu_s: float) -> rec.Stage:
    return rec.Stage(
        name=name, cpu_s=cpu_s, events=None, busy_share=0.1, busy_by="", deaths=0, restarts=0, peak_rss_mib=1
    )


def a_query(**changes: Any) -> rec.MeteredQuery:
    values: dict[str, Any] = {
        "part": "checks",
        "statement": "SELECT",
        "kind": "DML",
        "state": "SUCCEEDED",
        "reused": False,
        "scanned_bytes": 10**10,
        "engine_ms": 5,
    }
    return rec.MeteredQuery(**values | changes)


def a_meter(**changes: Any) -> rec.Meter:
    """100 s in which a million events went through."""
    kinds = {"put": 3_000, "list": 500, "post": 500, "get": 2_000, "head": 500, "delete": 10_000}
    requests = [
        rec.MeteredRequests(part="writer", service="s3", kind=kind, requests=n, bytes_in=0, bytes_out=0, busy_s=0)
        for kind, n in kinds.items()
    ]
    glue = rec.MeteredRequests(
        part="writer", service="glue", kind="GetTable", requests=1_000, bytes_in=0, bytes_out=0, busy_s=0
    )
    asked = (("s3", "put", 30), ("s3", "get", 200), ("s3", "delete", 7), ("glue", "GetTable", 100))
    athena = [
        rec.MeteredRequests(part="athena", service=name, kind=kind, requests=n, bytes_in=0, bytes_out=0, busy_s=0)
        for name, kind, n in asked
    ]
    values: dict[str, Any] = {
        "wall_s": 100.0,
        "requests": (*requests, glue, *athena),
        "kafka_records": 1_000_000,
        "kafka_bytes": 10**9,
        "lake_rows": 1_000_000,
        "stored_bytes": 5 * 10**8,
        "scanned_bytes": 10**10,
        "queries": (a_query(),),
    }
    return rec.Meter(**values | changes)


def a_million(**changes: Any) -> rec.RunRecord:
    """10,000 events a second."""
    values: dict[str, Any] = {
        "events": an_events(sent=1_000_000, acked=1_000_000, payload_bytes=650_000_000),
        "throughput": rec.Throughput(offered_per_s=10_000, acked_per_s=10_000),
        "stages": (a_stage("ingest", 10), a_stage("writer-1", 70), a_stage("writer-2", 170)),
        "meter": a_meter(),
    }
    return a_record(**values | changes)


def lines(record: rec.RunRecord) -> dict[tuple[str, str], float]:
    found = cost(record, BOOK)
    assert found is not None
    return {(line.stage, line.price): line.usd_per_million_events for line in found.lines}


HOURS = 1_000_000 / 10_000 / 3600
BY_HAND = {
    # 0.1 of a core: one machine. 2.4 cores of 1.2 a machine: two. Three brokers.
    ("ingest", "ec2.c7g.large"): 1 * HOURS * 0.0725,
    ("writer", "ec2.c7g.large"): 2 * HOURS * 0.0725,
    ("kafka", "msk.m7g.large"): 3 * HOURS * 0.204,
    # 1 GB in three copies for a day; two thirds of it cross zones, in and out, a cent in each direction.
    ("kafka", "msk.storage"): 3 * 24 / 730 * 0.10,
    ("kafka", "cross-az"): 2 / 3 * 2 * 2 * 0.01,
    ("writer", "s3.put"): 4 * 0.005,
    ("writer", "s3.get"): 2.5 * 0.0004,
    ("writer", "glue.requests"): 0.001 * 1.0,
    ("lake", "s3.storage"): 0.5 * 0.023,
    ("checks", "athena.scanned"): 0.01 * 5,
    ("checks", "s3.put"): 0.03 * 0.005,
    ("checks", "s3.get"): 0.2 * 0.0004,
    ("checks", "glue.requests"): 0.0001 * 1.0,
}


def test_every_line_is_what_a_hand_makes_of_it() -> None:
    assert lines(a_million()) == pytest.approx(BY_HAND)


def test_the_total_is_the_sum_for_a_million_events_and_for_a_gb_of_payload() -> None:
    found = cost(a_million(), BOOK)
    assert found is not None
    assert found.usd_per_million_events == pytest.approx(sum(BY_HAND.values()))
    assert found.usd_per_gb == pytest.approx(sum(BY_HAND.values()) / 0.65)
    for line in found.lines:
        assert line.usd_per_million_events == pytest.approx(line.quantity * line.usd_per_unit)
        assert line.usd_per_unit == BOOK.usd(line.price)


def test_half_the_rate_doubles_what_is_paid_by_the_hour_and_nothing_else() -> None:
    slow = lines(a_million(throughput=rec.Throughput(offered_per_s=5_000, acked_per_s=5_000)))
    for key, usd in BY_HAND.items():
        assert slow[key] == pytest.approx(usd * (2 if key[1] in ("ec2.c7g.large", "msk.m7g.large") else 1))


def test_what_a_longer_run_counted_is_brought_to_a_million() -> None:
    twice = a_meter(lake_rows=2_000_000, kafka_records=2_000_000)
    halved = lines(a_million(meter=twice))
    assert halved["writer", "s3.put"] == pytest.approx(BY_HAND["writer", "s3.put"] / 2)
    assert halved["kafka", "msk.storage"] == pytest.approx(BY_HAND["kafka", "msk.storage"] / 2)


def test_a_log_that_cannot_be_seen_has_no_lines() -> None:
    assert ("kafka", "msk.storage") not in lines(a_million(meter=a_meter(kafka_bytes=None)))


@pytest.mark.parametrize(
    "nothing",
    [
        {"meter": None},
        {"meter": a_meter(lake_rows=0)},
        {"events": an_events(sent=5, acked=0, payload_bytes=5)},
        {"throughput": rec.Throughput(offered_per_s=1, acked_per_s=0)},
    ],
)
def test_without_meters_or_events_there_is_no_price(nothing: dict[str, Any]) -> None:
    assert cost(a_million(**nothing), BOOK) is None


def test_the_book_names_its_day_region_and_what_is_not_in_it() -> None:
    found = cost(a_million(), BOOK)
    assert found is not None
    assert found.price_book == f"us-east-1, {BOOK.date}"
    assert found.not_included == BOOK.not_included != ()


def test_no_figure_is_taken_for_another() -> None:
    """All figures differ, and so do the layout's."""
    layout = {"brokers": 5, "replicas": 2, "zones": 4, "kafka_retention_hours": 36, "lake_retention_months": 3}
    book = BOOK.model_copy(update={"deployment": BOOK.deployment.model_copy(update=layout)})
    meter = a_meter(
        kafka_records=850_000,
        kafka_bytes=85 * 10**7,
        lake_rows=700_000,
        stored_bytes=35 * 10**7,
        queries=(a_query(scanned_bytes=4 * 10**9), a_query(scanned_bytes=3 * 10**9)),
    )
    found = cost(
        a_million(
            events=an_events(sent=900_000, acked=800_000, payload_bytes=540_000_000),
            throughput=rec.Throughput(offered_per_s=9_000, acked_per_s=8_000),
            meter=meter,
        ),
        book,
    )
    assert found is not None
    hours = 1_000_000 / 8_000 / 3600
    by_hand = {
        # 240 s of CPU for 700,000 rows: 2.74 cores at the run's rate, 1.2 of them a machine.
        ("ingest", "ec2.c7g.large"): 1 * hours * 0.0725,
        ("writer", "ec2.c7g.large"): 3 * hours * 0.0725,
        ("kafka", "msk.m7g.large"): 5 * hours * 0.204,
        # 1,000 B a record.
        ("kafka", "msk.storage"): 1 * 2 * 36 / 730 * 0.10,
        ("kafka", "cross-az"): 1 * 3 / 4 * 2 * 2 * 0.01,
        ("writer", "s3.put"): 4 / 0.7 * 0.005,
        ("writer", "s3.get"): 2.5 / 0.7 * 0.0004,
        ("writer", "glue.requests"): 0.001 / 0.7 * 1.0,
        ("lake", "s3.storage"): 0.5 * 3 * 0.023,
        ("checks", "athena.scanned"): 0.01 * 5,
        ("checks", "s3.put"): 0.03 / 0.7 * 0.005,
        ("checks", "s3.get"): 0.2 / 0.7 * 0.0004,
        ("checks", "glue.requests"): 0.0001 / 0.7 * 1.0,
    }
    assert {(line.stage, line.price): line.usd_per_million_events for line in found.lines} == pytest.approx(by_hand)
    assert found.usd_per_gb == pytest.approx(sum(by_hand.values()) / 0.6)


@pytest.mark.parametrize(
    ("changes", "megabytes"),
    [
        ({"scanned_bytes": 0}, 10),
        ({"scanned_bytes": 10_000_000}, 10),
        ({"scanned_bytes": 10_000_001}, 11),
        ({"scanned_bytes": 10**10}, 10_000),
        ({"statement": "INSERT", "scanned_bytes": 1}, 10),
        ({"kind": "DDL"}, 0),
        ({"kind": "UTILITY"}, 0),
        ({"state": "FAILED"}, 0),
        ({"state": "CANCELLED", "scanned_bytes": 1}, 10),
        ({"state": "CANCELLED", "scanned_bytes": 20_000_001}, 21),
        ({"state": "CANCELLED", "scanned_bytes": 0}, 0),
        ({"reused": True, "scanned_bytes": 0}, 0),
    ],
)
def test_athena_bills_whole_megabytes_and_ten_at_least(changes: dict[str, Any], megabytes: int) -> None:
    assert billed_bytes(a_query(**changes)) == megabytes * 1_000_000


def test_without_queries_athena_costs_nothing_and_asks_nothing_of_s3() -> None:
    found = lines(a_million(meter=a_meter(queries=(), scanned_bytes=None)))
    assert found["checks", "athena.scanned"] == 0
    assert ("checks", "s3.get") not in found


def test_a_query_alone_has_its_price_by_the_book() -> None:
    assert query_usd(a_query(scanned_bytes=10**12), BOOK) == 5
    assert query_usd(a_query(scanned_bytes=1), BOOK) == pytest.approx(0.00005)
    assert query_usd(a_query(kind="DDL"), BOOK) == 0
