"""Loads that go on for long: nothing is lost over outages, and memory stays where it is."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from reports.record import RunRecord, read_record
from tests.scenarios.conftest import FINE, run_keystone

pytestmark = [pytest.mark.integration, pytest.mark.soak, pytest.mark.timeout(3600)]

LEDGER = ("lost", "duplicated", "phantom", "corrupted", "reordered", "displaced", "misrouted", "identity", "account")

OUTAGES = """
story: A million events over four streams, and the broker is stopped three times.
writers: 2
connections: 4
phases: [{for_s: 100, rate_per_s: 10000}]
faults:
  - {fault: restart, part: kafka, at_s: 20, for_s: 2}
  - {fault: restart, part: kafka, at_s: 50, for_s: 2}
  - {fault: restart, part: kafka, at_s: 80, for_s: 2}
at_most: {failed: 1000000, unknown: 1000000, duplicated_by_client: 0}
drain_within_s: 1800
"""

HALF = """
story: Ten minutes at half of what the pipeline holds.
writers: 2
connections: 2
phases: [{for_s: 600, rate_per_s: %g}]
drain_within_s: 600
"""

WARM_S = 120.0
GROWTH_MIB, GROWTH_SHARE = 8.0, 0.03
"""What a line through ten minutes of samples may rise by: what comes and goes with a batch, not what piles up."""


def run(folder: Path, scenario: str) -> RunRecord:
    (folder / "long.yaml").write_text(scenario)
    ran = run_keystone(folder, "run", "long.yaml", "--out", folder / "record")
    assert ran.code in FINE, ran.out + ran.err
    return read_record(folder / "record")


def test_a_million_events_over_a_broker_that_stops_three_times_are_all_accounted_for(tmp_path: Path) -> None:
    record = run(tmp_path, OUTAGES)
    print(record.events)
    assert record.events.sent == 1_000_000
    assert record.events.acked > 900_000
    assert all(fault.error is None and fault.ended_s is not None for fault in record.faults)
    verdicts = {verdict.name: verdict.passed for verdict in record.verdicts}
    assert {name: verdicts[name] for name in LEDGER} == dict.fromkeys(LEDGER, True)


def test_memory_stays_flat_for_ten_minutes_at_half_of_what_holds(tmp_path: Path) -> None:
    (tmp_path / "capacity.yaml").write_text(HALF % 1000)
    wanted = ("--slo", "ack_p99_ms=200", "--resolution", "0.25")
    found = run_keystone(tmp_path, "capacity", "capacity.yaml", *wanted, "--json")
    assert found.code == 0, found.err
    rate = json.loads(found.out)["holds_per_s"] / 2
    record = run(tmp_path, HALF % rate)
    print(f"{rate:,.0f} events/s: {record.events}")
    samples = pq.read_table(tmp_path / "record" / "parts.parquet")
    for part in ("ingest", "generator"):
        rows = [row for row in samples.to_pylist() if row["part"] == part]
        at_s = np.array([row["at_ns"] for row in rows]) / 1e9
        rss_mib = np.array([row["rss_bytes"] for row in rows]) / 2**20
        settled = (at_s > at_s[0] + WARM_S) & (at_s < at_s[0] + 600)
        slope, _ = np.polyfit(at_s[settled], rss_mib[settled], 1)
        growth = slope * (600 - WARM_S)
        print(f"{part}: {rss_mib[settled].mean():.0f} MiB, {growth:+.1f} MiB by a line through them")
        assert growth <= max(GROWTH_MIB, GROWTH_SHARE * rss_mib[settled].mean()), part
