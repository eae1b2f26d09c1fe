"""Runs from orders to verdicts on a real stack, as the command line makes them."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import psycopg
import pyarrow.parquet as pq
import pytest

from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from reports.record import RunRecord
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import FINE, Keystone

pytestmark = pytest.mark.integration


FILES = {
    *("run.json", "sent.parquet", "batches.parquet", "load.parquet", "parts.parquet", "queues.parquet", "report.html"),
    *("ack.hlog", "ack_raw.hlog", "bronze.hlog", "silver.hlog", "lateness.hlog"),
}


def price_in_csv(folder: Path) -> Decimal:
    """What the files themselves say, read by nothing of ours."""
    with (folder / "olist_order_items_dataset.csv").open(newline="") as items:
        return sum((Decimal(row["price"]) for row in csv.DictReader(items)), Decimal())


@pytest.mark.slow
def test_every_real_order_arrives_once_and_to_the_cent(
    keystone: Keystone, state_dir: str, real_orders: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = keystone(
        *("run", "quickstart", "--events", f"csv:{real_orders}", "--state-dir", state_dir, "--out", out, "--json")
    )
    assert ran.code in FINE, ran.err
    events, ledger = ran.json["events"], ran.json["ledger"]
    assert (events["sent"], events["acked"], events["failed"], events["unknown"]) == (8000, 8000, 0, 0)
    assert (ledger["bronze"], ledger["silver"], ledger["quarantine"]) == (8000, 8000, 0)
    assert Decimal(ledger["price_silver"]) == price_in_csv(real_orders)
    assert json.loads((out / "run.json").read_text()) == ran.json
    assert {path.name for path in out.iterdir()} == FILES
    assert pq.read_table(out / "sent.parquet").num_rows == 8000


def test_batches_over_several_connections_arrive_too(keystone: Keystone, state_dir: str, tmp_path: Path) -> None:
    ran = keystone(
        *("run", "quickstart", "--events", "olist:3000", "--set", "call=batch", "--set", "connections=3"),
        *("--state-dir", state_dir, "--out", tmp_path / "out", "--json"),
    )
    assert ran.code in FINE, ran.err
    assert (ran.json["events"]["acked"], ran.json["ledger"]["silver"]) == (3000, 3000)
    assert pq.read_table(tmp_path / "out" / "sent.parquet")["stream"].null_count == 3000


@pytest.mark.slow
def test_another_cut_of_the_same_data_arrives_too(
    keystone: Keystone, state_dir: str, real_orders: Path, tmp_path: Path
) -> None:
    """Fewer orders than items, payments and customers, as in a cut of one table."""
    cut = tmp_path / "cut"
    cut.mkdir()
    for file in real_orders.glob("*.csv"):
        lines = file.read_text().splitlines(keepends=True)
        (cut / file.name).write_text("".join(lines[:500] if "orders_dataset" in file.name else lines))
    ran = keystone(
        *(
            "run",
            "quickstart",
            "--events",
            f"csv:{cut}",
            "--set",
            "shift_dates=true",
            "--state-dir",
            state_dir,
            "--json",
        )
    )
    assert ran.code in FINE, ran.err
    assert (ran.json["events"]["acked"], ran.json["ledger"]["silver"]) == (499, 499)


def test_ones_own_events_arrive_as_they_were_sent(keystone: Keystone, state_dir: str, tmp_path: Path) -> None:
    lines = [event.payload for event in GeneratedOrders(300, OrderSettings(seed=5))]
    (tmp_path / "mine.jsonl").write_text("\n".join([*lines, '{"order_id": "no date"}']))
    ran = keystone(
        *("run", "quickstart", "--events", "jsonl:mine.jsonl", "--set", "at_most.quarantined=1"),
        *("--state-dir", state_dir, "--json"),
    )
    assert ran.code in FINE, ran.err
    ledger = ran.json["ledger"]
    assert (ledger["bronze"], ledger["silver"], ledger["set_aside"], ledger["corrupted"]) == (301, 300, 1, 0)


def test_the_verdicts_are_there_for_ci_systems(small: Path, record: RunRecord) -> None:
    suite = ET.parse(small.parent / "verdicts.xml").getroot()  # noqa: S314 - our own file
    assert [case.get("name") for case in suite.iter("testcase")] == [verdict.name for verdict in record.verdicts]
    assert suite.get("failures") == "0"


def test_every_row_has_its_freshness(record: RunRecord) -> None:
    latency = record.latency_ms
    assert (record.unstamped.bronze, record.unstamped.silver) == (0, 0)
    assert latency.ack is not None
    assert latency.bronze is not None
    assert latency.silver is not None
    assert (latency.ack.count, latency.bronze.count, latency.silver.count) == (3000, 3000, 3000)
    assert latency.ack.p50 < latency.bronze.p50 < latency.silver.p50


def test_the_run_is_in_the_table_of_runs(record: RunRecord, stack: EmbeddedTarget) -> None:
    with psycopg.connect(stack.status().endpoints.postgres.pooled, prepare_threshold=None) as connection:
        found = connection.execute(
            "SELECT scenario, outcome, record->'events'->>'acked' FROM runs WHERE id = %s", (record.id,)
        ).fetchone()
    assert found == ("quickstart", record.outcome, "3000")


def test_runs_are_listed_and_shown(keystone: Keystone, small: Path, record: RunRecord) -> None:
    listed = keystone("ls", "--runs-dir", small.parent, "--json").json
    assert [(run["id"], run["outcome"]) for run in listed] == [(record.id, record.outcome)]
    assert record.id in keystone("ls", "--runs-dir", small.parent).out
    shown = keystone("show", "small", "--runs-dir", small.parent, "--verdicts")
    assert shown.code == 0
    assert "pass lost: 0" in shown.out
    assert keystone("show", small, "--json").json == json.loads((small / "run.json").read_text())


def test_a_dry_run_shows_the_scenario_and_runs_nothing(keystone: Keystone, tmp_path: Path) -> None:
    ran = keystone("run", "spike", "--dry-run", "--short", "--set", "seed=7", "--control", "drop")
    assert ran.code == 0
    assert "# spike: 16,667 events at most in 10 s" in ran.out
    assert "seed: 7" in ran.out
    assert "# control drop:" in ran.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_view_from_the_actual_sending_hides_a_freeze_and_that_from_the_plan_shows_it(
    keystone: Keystone, scratch_stack: EmbeddedTarget
) -> None:
    """Two seconds of eight: a quarter of the events waits, most of them unsent, for a stream has 2,000 under way."""
    load = "phases=[{for_s: 8, rate_per_s: 4000}]"
    state = ("--state-dir", scratch_stack.status().state_dir, "--json")
    calm = keystone("run", "quickstart", "--set", load, *state)
    freeze = "faults=[{fault: freeze, part: ingest, at_s: 3, for_s: 2}]"
    frozen = keystone("run", "quickstart", "--set", load, "--set", freeze, *state)
    assert {calm.code, frozen.code} <= {0, 1, 4}, calm.err + frozen.err
    seen = {name: ran.json["latency_ms"] for name, ran in (("calm", calm), ("frozen", frozen))}
    late_ms = calm.json["generator"]["lateness_ms"]["p99"]
    assert seen["calm"]["ack"]["p50"] == pytest.approx(seen["calm"]["ack_raw"]["p50"], abs=2 + late_ms)
    assert seen["frozen"]["ack"]["max"] >= 1900
    assert seen["frozen"]["ack"]["p90"] > 500
    assert seen["frozen"]["ack_raw"]["p90"] < 0.5 * seen["frozen"]["ack"]["p90"]
    # What the server held up is not the sender's own lateness: it got to each event in time.
    assert frozen.json["generator"]["lateness_ms"]["p99"] < 100
    assert frozen.json["ledger"]["lost"] == 0


@pytest.mark.slow
def test_calls_of_their_own_at_random_on_a_slope_arrive_like_a_stream(keystone: Keystone, state_dir: str) -> None:
    settings = (
        "call=unary",
        "arrivals=poisson",
        "phases=[{for_s: 4, rate_per_s: 100, to_rate_per_s: 900}]",
        "bad_rows={bad-timestamp: 0.05, price-as-text: 0.05, distant-purchase: 0.05, null-customer: 0.1}",
        "at_least={}",
    )
    options = [word for setting in settings for word in ("--set", setting)]
    ran = keystone("run", "quickstart", *options, "--state-dir", state_dir, "--out", "out", "--json")
    assert ran.code in FINE, ran.err
    events, ledger = ran.json["events"], ran.json["ledger"]
    assert events["sent"] == events["acked"] == ledger["bronze"] == pytest.approx(2000, abs=250)
    assert ledger["quarantine"] == events["spoilt"] == pytest.approx(300, abs=100)
    assert ran.json["generator"]["stream_breaks"] == 0
