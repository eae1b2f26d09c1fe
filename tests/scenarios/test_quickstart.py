"""The first run, from orders to verdicts, on a real stack."""

import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from loadgen.events import Event
from loadgen.source import open_source
from scenarios.quickstart import run_quickstart
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration

OUTAGE_S = 2.0


def price_in_csv(folder: Path) -> Decimal:
    """What the files themselves say, read by nothing of ours."""
    with (folder / "olist_order_items_dataset.csv").open(newline="") as items:
        return sum((Decimal(row["price"]) for row in csv.DictReader(items)), Decimal())


def test_every_real_order_arrives_once_and_to_the_cent(
    keystone: Keystone, state_dir: str, real_orders: Path, tmp_path: Path
) -> None:
    ran = keystone(
        *("run", "quickstart", "--events", f"csv:{real_orders}", "--state-dir", state_dir, "--out", tmp_path / "out"),
        "--json",
    )
    assert ran.code == 0, ran.err
    assert ran.json["events"] == {"sent": 8000, "acked": 8000, "failed": 0, "unknown": 0}
    ledger = ran.json["ledger"]
    assert (ledger["bronze"], ledger["silver"], ledger["quarantine"]) == (8000, 8000, 0)
    assert (ledger["lost"], ledger["duplicated"]) == (0, 0)
    assert ledger["distinct"] == {"bronze": 8000, "silver": 8000, "quarantine": 0}
    assert Decimal(ran.json["price_silver"]) == price_in_csv(real_orders)
    assert json.loads((tmp_path / "out" / "run.json").read_text()) == ran.json
    assert pq.read_table(tmp_path / "out" / "sent.parquet").num_rows == 8000


def test_another_cut_of_the_same_data_arrives_too(
    keystone: Keystone, state_dir: str, real_orders: Path, tmp_path: Path
) -> None:
    """Fewer orders than items, payments and customers, as in a cut of one table."""
    cut = tmp_path / "cut"
    cut.mkdir()
    for file in real_orders.glob("*.csv"):
        lines = file.read_text().splitlines(keepends=True)
        (cut / file.name).write_text("".join(lines[:500] if "orders_dataset" in file.name else lines))
    ran = keystone("run", "quickstart", "--events", f"csv:{cut}", "--shift-dates", "--state-dir", state_dir, "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["events"]["acked"], ran.json["ledger"]["silver"]) == (499, 499)


def test_the_summary_names_every_figure(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("run", "quickstart", "--events", "generated:300", "--state-dir", state_dir)
    assert ran.code == 0, ran.err
    for figure in (
        "sent          300",
        "acked         300",
        "bronze        300",
        "silver        300",
        "lost          0",
    ):
        assert figure in ran.out
    assert re.search(r"ack latency   p50 [\d.]+ ms, p99 [\d.]+ ms", ran.out)
    assert ran.out.splitlines()[-1] == "passed"


def test_rows_in_the_lake_are_read_back_the_same_by_the_lake_commands(keystone: Keystone, state_dir: str) -> None:
    tables = {row["name"]: row for row in keystone("lake", "tables", "--json", "--state-dir", state_dir).json}
    assert set(tables) == {"bronze.orders", "silver.orders", "quarantine.orders", "gold.daily_regional_sales"}
    files = keystone("lake", "files", "silver", "--json", "--state-dir", state_dir).json
    assert sum(file["rows"] for file in files) == tables["silver.orders"]["rows"]
    assert all(
        re.search(r"/orders/year=\d{4}/month=\d{1,2}/day=\d{1,2}/[^/]+\.parquet$", file["path"]) for file in files
    )
    head = keystone("lake", "head", "silver.orders", "-n", "3", "--json", "--state-dir", state_dir)
    assert all("order_id" in json.loads(line) for line in head.out.splitlines())


def test_kafka_stopped_in_mid_run_loses_nothing_that_was_acked(stack: EmbeddedTarget) -> None:
    """Four seconds of load, Kafka away for two of them: what is acked is there, and the run ends with a verdict."""

    def outage() -> None:
        stack.stop_part("kafka")
        time.sleep(OUTAGE_S)  # the length of the outage is the test
        stack.start_part("kafka")

    with ThreadPoolExecutor(1) as breaker:
        broken: list[Future[None]] = []
        events = _calling(lambda: broken.append(breaker.submit(outage)), after=1000)
        result = run_quickstart(stack, events, 1000, progress=lambda _text: None)
        broken[0].result()
    assert result.log.planned == 4000
    assert result.log.latency is not None
    assert result.log.latency.max_ms > OUTAGE_S * 1000
    assert result.drained
    assert (result.ledger.lost, result.ledger.duplicated, result.ledger.phantom) == (0, 0, 0)
    assert {v.name: v.passed for v in result.verdicts}["identity"]


def _calling(do: Callable[[], None], after: int) -> Iterator[Event]:
    """4,000 events; `do` is called when so many of them are taken."""
    for number, event in enumerate(open_source("generated:4000", seed=7)):
        if number == after:
            do()
        yield event
