"""Runs from orders to verdicts on a real stack, as the command line makes them."""

import csv
import json
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import psycopg
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from loadgen.arrivals import Arrivals, Phase
from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from loadgen.send import send
from loadgen.send_log import Sent
from loadgen.source import open_source
from reports.record import RunRecord, read_record
from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone, run_keystone
from tests.scenarios.targets.endpoints_file import write_endpoints_file

pytestmark = pytest.mark.integration

FINE = (0, 4)
"""Exit codes of a run that lost nothing; 4 where the machine was too noisy to judge time."""

FILES = {
    *("run.json", "sent.parquet", "batches.parquet", "load.parquet", "parts.parquet", "queues.parquet", "report.html"),
    *("ack.hlog", "ack_raw.hlog", "bronze.hlog", "silver.hlog", "lateness.hlog"),
}


def price_in_csv(folder: Path) -> Decimal:
    """What the files themselves say, read by nothing of ours."""
    with (folder / "olist_order_items_dataset.csv").open(newline="") as items:
        return sum((Decimal(row["price"]) for row in csv.DictReader(items)), Decimal())


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


@pytest.fixture(scope="module")
def small(stack: EmbeddedTarget, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run that several tests look at."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    state = stack.status().state_dir
    junit = folder.parent / "verdicts.xml"
    ran = run_keystone(
        folder.parent,
        *("run", "quickstart", "--events", "generated:3000", "--state-dir", state, "--out", folder, "--junit", junit),
    )
    assert ran.code in FINE, ran.err
    assert re.search(r"^events +3,000 sent, 3,000 acked, 0 failed, 0 unknown$", ran.out, re.MULTILINE)
    assert re.search(r"^lake +3,000 bronze = 3,000 silver \+ 0 quarantine$", ran.out, re.MULTILINE)
    assert ran.out.splitlines()[-1] in ("passed", "inconclusive")
    return folder


@pytest.fixture
def record(small: Path) -> RunRecord:
    return read_record(small)


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


def test_a_run_can_be_audited_again(keystone: Keystone, state_dir: str, small: Path, record: RunRecord) -> None:
    again = keystone("audit", small, "--state-dir", state_dir, "--json")
    assert again.code == 0, again.err
    expected = json.loads(record.ledger.model_dump_json())
    assert again.json == expected


def test_a_whole_stack_can_be_audited(keystone: Keystone, state_dir: str, small: Path) -> None:  # noqa: ARG001 - rows
    audit = keystone("audit", "--stack", "--state-dir", state_dir, "--json")
    assert audit.json["bronze"] >= 3000
    assert audit.json["bronze"] == audit.json["silver"] + audit.json["quarantine"]
    assert (audit.json["duplicated"], audit.json["misrouted"], audit.json["phantom"]) == (0, 0, 0)
    assert audit.code == 0


def test_a_record_is_not_written_over(keystone: Keystone, state_dir: str, small: Path) -> None:
    before = (small / "run.json").read_bytes()
    again = keystone("run", "quickstart", "--out", small, "--state-dir", state_dir)
    assert (again.code, "holds the record of another run" in again.err) == (2, True)
    assert (small / "run.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "either a RUN or --stack"), (("x", "--stack"), "either a RUN or --stack"), (("x",), "no run is called 'x'")],
)
def test_an_audit_asks_what_of(keystone: Keystone, arguments: tuple[str, ...], said: str) -> None:
    asked = keystone("audit", *arguments)
    assert (asked.code, said in asked.err) == (2, True)


def test_an_audit_says_that_the_stack_has_another_lake_than_the_runs(
    keystone: Keystone, state_dir: str, small: Path, tmp_path: Path
) -> None:
    moved = json.loads((small / "run.json").read_text()) | {"topic_id": "another"}
    (tmp_path / "run.json").write_text(json.dumps(moved))
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 3
    assert "its lake is gone" in again.err


def test_an_audit_needs_the_senders_record(keystone: Keystone, state_dir: str, small: Path, tmp_path: Path) -> None:
    shutil.copy(small / "run.json", tmp_path)
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 3
    assert "sent.parquet is missing" in again.err


def test_an_audit_of_a_run_judges_what_the_run_was_judged_by(
    keystone: Keystone, state_dir: str, small: Path, tmp_path: Path
) -> None:
    sent = pq.read_table(small / "sent.parquet")
    dearer = pc.add(sent["price_cents"], 1)
    pq.write_table(
        sent.set_column(sent.schema.get_field_index("price_cents"), "price_cents", dearer), tmp_path / "sent.parquet"
    )
    shutil.copy(small / "run.json", tmp_path)
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 1
    assert "price: " in again.out


def test_rows_in_the_lake_are_read_back_the_same_by_the_lake_commands(
    keystone: Keystone, state_dir: str, record: RunRecord
) -> None:
    tables = {row["name"]: row for row in keystone("lake", "tables", "--json", "--state-dir", state_dir).json}
    assert set(tables) == {"bronze.orders", "silver.orders", "quarantine.orders", "gold.daily_regional_sales"}
    files = keystone("lake", "files", "silver", "--json", "--state-dir", state_dir).json
    assert sum(file["rows"] for file in files) == tables["silver.orders"]["rows"]
    assert all(
        re.search(r"/orders/year=\d{4}/month=\d{1,2}/day=\d{1,2}/[^/]+\.parquet$", file["path"]) for file in files
    )
    head = keystone("lake", "head", "silver.orders", "-n", "3", "--json", "--state-dir", state_dir)
    assert all("order_id" in json.loads(line) for line in head.out.splitlines())
    query = f"SELECT count(*) AS orders, sum(price) AS price FROM silver.orders WHERE producer = '{record.id}'"  # noqa: S608
    [row] = keystone("lake", "sql", query, "--json", "--state-dir", state_dir).json
    assert (row["orders"], Decimal(row["price"])) == (3000, record.ledger.price_sent)


def test_sql_may_ask_for_times_with_a_zone(keystone: Keystone, state_dir: str) -> None:
    [row] = keystone(
        "lake", "sql", "SELECT TIMESTAMPTZ '2026-01-02 03:04:05+00' AS at", "--json", "--state-dir", state_dir
    ).json
    assert datetime.fromisoformat(row["at"]) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_sql_that_cannot_be_run_is_a_usage_error(keystone: Keystone, state_dir: str) -> None:
    for statement in ("SELECT nonsense FROM silver.orders", "SELEC 1", "SELECT * FROM '/etc/passwd'", "", " ; "):
        ran = keystone("lake", "sql", statement, "--state-dir", state_dir)
        assert ran.code == 2, statement


def test_a_dry_run_shows_the_scenario_and_runs_nothing(keystone: Keystone, tmp_path: Path) -> None:
    ran = keystone("run", "spike", "--dry-run", "--short", "--set", "seed=7", "--control", "drop")
    assert ran.code == 0
    assert "# spike: 16,667 events at most in 10 s" in ran.out
    assert "seed: 7" in ran.out
    assert "# control drop:" in ran.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense",), "scenario is 'nonsense', allowed are"),
        (("quickstart", "--set", "phases.0.rate_per_s=-1"), "rate_per_s"),
        (("quickstart", "--control", "nonsense"), "control is 'nonsense', allowed are drop"),
        (("quickstart", "--events", "csv:/nowhere"), "there is no such folder"),
        (("quickstart", "--target", "moon"), "moon: cannot be read: No such file"),
        (("quickstart", "--out", "/proc/nowhere"), "choose another folder"),
        (("quickstart", "--object-store", "floppy"), "'floppy' is not one of"),
    ],
)
def test_what_cannot_be_run_is_a_usage_error(keystone: Keystone, arguments: tuple[str, ...], message: str) -> None:
    ran = keystone("run", *arguments)
    assert (ran.code, message in ran.err) == (2, True), ran.err


def test_a_stack_that_was_started_elsewhere_is_judged_by_its_endpoints_alone(
    keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path
) -> None:
    file = write_endpoints_file(stack, tmp_path)
    ran = keystone("run", "quickstart", "--target", file, "--events", "olist:2000", "--out", "out", "--json")
    assert ran.code in FINE, ran.err
    ledger = ran.json["ledger"]
    assert ran.json["target"] == "endpoints of staging.yaml"
    assert (ran.json["events"]["acked"], ledger["silver"]) == (2000, 2000)
    assert all(ledger[category] == 0 for category in ("lost", "duplicated", "phantom", "corrupted", "misrouted"))
    assert set(ran.json["skipped"]) == {"processes", "pipeline", "meters"}
    assert (ran.json["cost"], [stage["name"] for stage in ran.json["stages"]]) == (None, ["generator"])
    for what in ran.json["skipped"]:
        assert f"skipped, {what}:" in ran.err
    assert keystone("audit", "out", "--target", file).code == 0
    assert keystone("lake", "sql", "SELECT 1 FROM silver.orders LIMIT 1", "--target", file).code == 0


@pytest.fixture
def others(stack: EmbeddedTarget) -> Iterator[threading.Event]:
    """Somebody else sends to the same stack all the time; set once they have begun."""
    begun, stop = threading.Event(), threading.Event()

    def note(sent: Sent) -> None:
        if sent.ok:
            begun.set()

    def go_on() -> None:
        events = open_source("olist", OrderSettings(seed=99))
        address, arrivals = stack.status().endpoints.grpc, Arrivals([Phase(600, 200)])
        send(events, address=address, arrivals=arrivals, producer="others", progress=note, stop=stop)

    thread = threading.Thread(target=go_on)
    thread.start()
    yield begun
    stop.set()
    thread.join()


@pytest.mark.slow
def test_others_who_go_on_sending_are_neither_waited_for_nor_judged(
    keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path, others: threading.Event
) -> None:
    assert others.wait(30)
    file = write_endpoints_file(stack, tmp_path)
    ran = keystone("run", "quickstart", "--target", file, "--events", "olist:2000", "--out", "out", "--json")
    assert ran.code in FINE, ran.err
    ledger = ran.json["ledger"]
    assert ledger["foreign"] > 0
    assert ledger["bronze"] == 2000 + ledger["foreign"]
    assert all(verdict["passed"] is not False for verdict in ran.json["verdicts"])
    assert keystone("audit", "out", "--target", file).code == 0


def test_a_stack_that_does_not_answer_is_said_before_anything_is_sent(
    keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path
) -> None:
    file = write_endpoints_file(stack, tmp_path)
    [port] = free_ports(1)
    file.write_text(file.read_text().replace(stack.status().endpoints.grpc, f"127.0.0.1:{port}"))
    ran = keystone("run", "quickstart", "--target", file)
    assert (ran.code, "nothing was sent" in ran.err) == (3, True), ran.err


def test_a_stack_that_runs_has_the_object_store_it_has(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("run", "quickstart", "--object-store", "versitygw", "--state-dir", state_dir)
    assert (ran.code, "has moto" in ran.err) == (2, True), ran.err


def test_a_fault_on_a_part_that_is_not_there_is_said_before_the_load(keystone: Keystone, state_dir: str) -> None:
    fault = "faults=[{fault: kill, part: s3, at_s: 1}]"
    ran = keystone("run", "quickstart", "--short", "--set", fault, "--set", "warm_up_s=0", "--state-dir", state_dir)
    assert (ran.code, "no part 's3' to be broken; parts of this target: kafka, aws, " in ran.err) == (3, True), ran.err
    assert "load:" not in ran.err


@pytest.mark.slow
def test_faults_on_a_stack_out_of_reach_are_skipped_and_leave_the_run_inconclusive(
    keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path
) -> None:
    file = write_endpoints_file(stack, tmp_path)
    ran = keystone("run", "writer-killed", "--short", "--target", file, "--json", "--set", "phases.0.rate_per_s=100")
    assert ran.code == 4, ran.err
    verdicts = {verdict["name"]: verdict for verdict in ran.json["verdicts"]}
    assert verdicts["faults"]["passed"] is verdicts["restarts"]["passed"] is None
    assert "cannot be broken: 1 left out" in ran.err


def test_a_control_cannot_take_a_part_out_of_reach(keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path) -> None:
    ran = keystone("run", "quickstart", "--control", "drop", "--target", write_endpoints_file(stack, tmp_path))
    assert (ran.code, "out of reach" in ran.err) == (2, True)


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
