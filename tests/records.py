"""A run record to begin with: a clean run of 2,000 events. Tests change what they are about."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reports import record as rec
from scenarios.model.changes import plain
from scenarios.model.library import load
from scenarios.model.scenario import Scenario

QUANTILES = rec.Quantiles(count=2_000, p50=5.0, p90=8.0, p99=20.0, p999=30.0, max=31.0)
PUNCTUAL = rec.Quantiles(count=2_000, p50=0.1, p90=0.1, p99=0.2, p999=0.3, max=1.0)
NOTHING_WRONG = dict.fromkeys(
    (
        "lost",
        "duplicated",
        "duplicated_by_client",
        "phantom",
        "corrupted",
        "reordered",
        "displaced",
        "misrouted",
        "resolved",
        "foreign",
        "poison",
        "poison_quarantined",
        "spoilt",
        "spoilt_quarantined",
        "set_aside",
        "quarantine",
    ),
    0,
)


def a_plan(**changes: Any) -> dict[str, Any]:
    """The keys of a scenario without bounds of its own."""
    scenario: Scenario = load("quickstart").model_copy(update={"at_most": {}, "at_least": {}})
    return plain(scenario) | changes


def a_ledger(**changes: Any) -> rec.Ledger:
    """2,000 events, each in bronze and silver once."""
    values: dict[str, Any] = NOTHING_WRONG | {"bronze": 2_000, "silver": 2_000, "arrived": 2_000, "offenders": {}}
    return rec.Ledger(**values | {"price_sent": Decimal("10.50"), "price_silver": Decimal("10.50")} | changes)


def a_gold(**changes: Any) -> rec.GoldLedger:
    """One day of 2,000 rows, all of them in gold."""
    none = dict.fromkeys(
        ("failing", "quarantined", "held_days", "held_rows", "reopened_days", "late_rows", "misrouted"), 0
    )
    values: dict[str, Any] = {"days": 1, "rows": 2_000, "orders": 2_000, "by_rule": {}, "took_s": 9.0, "offenders": ()}
    return rec.GoldLedger(**none | values | changes)


def a_query_cost(**changes: Any) -> rec.QueryCost:
    """A question of a day to files as they were written."""
    values: dict[str, Any] = {
        "layout": "written", "days": "one", "columns": "one", "files": 40, "table_bytes": 8_000_000,
        "scanned_bytes": 50_000, "s3_requests": 25, "seconds": 0.25, "usd": 0.00006,
    }  # fmt: skip
    return rec.QueryCost(**values | changes)


def a_record(**changes: Any) -> rec.RunRecord:
    """A clean run, not judged yet."""
    values: dict[str, Any] = {
        "id": "quickstart-20260101-000000-000",
        "scenario": "quickstart",
        "story": "A steady load, nothing broken.",
        "control": None,
        "plan": a_plan(),
        "target": "embedded",
        "started_at": datetime(2026, 1, 1, tzinfo=UTC),
        "ended_at": datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
        "machine": rec.Machine(cpus=2, cpu_model="made up", memory_mib=1024, system="Linux"),
        "versions": {"python": "3.11"},
        "topic_id": "T",
        "start_marks": {0: 0},
        "events": an_events(),
        "ledger": a_ledger(),
        "throughput": rec.Throughput(offered_per_s=2_000, acked_per_s=1_990),
        "latency_ms": rec.Latency(ack=QUANTILES, ack_raw=QUANTILES, bronze=QUANTILES, silver=QUANTILES),
        "unstamped": rec.Unstamped(bronze=0, silver=0),
        "generator": rec.Generator(lateness_ms=PUNCTUAL, cpu_s=1.0, stream_breaks=0, stray_acks=0),
        "stages": (),
        "limit": rec.Limit(stage=None, why="no stage was at its limit at this load"),
        "takeovers": 0,
        "lag": rec.Lag(peak=100, at_load_end=100, at_end=0, drained=True, drain_s=5.0),
        "faults": (),
        "noise": a_noise(),
    }
    return rec.RunRecord(**values | changes)


def an_events(**changes: int) -> rec.Events:
    """2,000 events, all acknowledged."""
    none = dict.fromkeys(("failed", "unknown", "spoilt", "warm_up", "poison_sent", "poison_delivered"), 0)
    return rec.Events(**{"sent": 2_000, "acked": 2_000} | none | changes)


def a_noise(**changes: Any) -> rec.Noise:
    """A quiet machine."""
    quiet: dict[str, Any] = {
        "others_cpu_share": 0.0,
        "stolen_share": 0.0,
        "wake_up_p99_ms": 1.0,
        "too_noisy": False,
        "why": "quiet",
    }
    return rec.Noise(**quiet | changes)


def a_fault(**changes: Any) -> rec.FaultRecord:
    """A freeze that went as planned."""
    plain_fault: dict[str, Any] = {"fault": "freeze", "part": "writer-1", "at_s": 1.0, "for_s": 2.0, "settings": {}}
    return rec.FaultRecord(**plain_fault | {"began_s": 1.0, "ended_s": 3.0, "error": None} | changes)


def a_cost(usd: float) -> rec.Cost:
    """A bill of one line."""
    line = rec.CostLine(
        stage="ingest",
        item="1 instance",
        price="ec2.c7g.large",
        quantity=1.0,
        unit="instance-hour",
        usd_per_unit=usd,
        usd_per_million_events=usd,
        how="made up",
    )
    return rec.Cost(
        price_book="nowhere, never", lines=(line,), usd_per_million_events=usd, usd_per_gb=usd, not_included=()
    )
