"""A run's folder with made-up files, and a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from reports import record as rec
from reports.histogram import HistogramSeries
from reports.record import RunRecord
from scenarios.verdicts.judge import judge
from tests.records import QUANTILES, a_cost, a_fault, a_gold, a_ledger, a_query_cost, a_record

START_S = 1_700_000_000.0
STAGES = ("kafka", "ingest", "writer-1", "generator")


@pytest.fixture
def record() -> RunRecord:
    """A run that failed in one way, was frozen for two seconds, and whose texts try to break out of the page."""
    offender = rec.Offender(
        seq=7, partition=1, offset=9, file="s3://b/<i>&.parquet", what="bronze: <script>alert(1)</script>"
    )
    stages = tuple(
        rec.Stage(
            name=name,
            cpu_s=1.25 + number,
            events=2_000 + number,
            busy_share=0.125 * number,
            busy_by="CPU",
            deaths=0,
            restarts=number,
            peak_rss_mib=100.0 + number,
        )
        for number, name in enumerate(STAGES)
    )
    slower = QUANTILES.model_copy(update={"p99": 1234.5, "max": 4321.0})
    return judge(
        a_record(
            ledger=a_ledger(lost=1, offenders={"lost": (offender,)}),
            latency_ms=rec.Latency(ack=QUANTILES, ack_raw=None, bronze=slower, silver=slower, gold=slower),
            stages=stages,
            faults=(a_fault(),),
            cost=a_cost(0.1234),
            gold=a_gold(rows=2_000, orders=1_980, failing=20, quarantined=20, by_rule={"price-above-zero": 20}),
            query_costs=(a_query_cost(), a_query_cost(layout="compacted", days="all", columns="all", usd=0.00005)),
        )
    )


@pytest.fixture
def run_folder(tmp_path: Path, record: RunRecord) -> Path:
    """Where the record lies, with the files that its report is made of."""
    folder = tmp_path / record.id
    folder.mkdir()
    (folder / "run.json").write_text(record.to_json())
    seconds = np.repeat(np.arange(10), 200)
    for number, hop in enumerate(("ack", "ack_raw", "bronze", "silver", "gold")):
        series = HistogramSeries()
        if hop != "ack_raw":
            series.record(seconds, (1 + number) * np.arange(1, 2001) * 1000)
        (folder / f"{hop}.hlog").write_text(series.log(START_S, hop))
    at_ns = pa.array([int((START_S + tenth / 5) * 1e9) for tenth in range(50)])
    counts: Any = pa.array([tenth * 40 for tenth in range(50)])
    pq.write_table(pa.table({"at_ns": at_ns, "due": counts, "acked": counts}), folder / "load.parquet")
    queues = {"at_ns": at_ns, "queue": ["kafka: not committed", "stream"] * 25, "length": counts}
    pq.write_table(pa.table(queues), folder / "queues.parquet")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """Headless Chromium that notes every request it makes."""
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("chromedriver is not installed: requirements/apt-test.txt has it for Debian")
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    chrome = Chrome(options, ChromeService(driver))
    try:
        yield chrome
    finally:
        chrome.quit()
