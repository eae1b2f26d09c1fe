"""The report says what the record says, in any light, on any width, and asks nobody for anything."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from reports.page.report import FILE, index_page, report_page
from reports.record import RunRecord
from tests.records import a_record

PHONE = 390


@pytest.fixture
def page(record: RunRecord, run_folder: Path) -> Path:
    path = run_folder / FILE
    path.write_text(report_page(record, run_folder), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Chrome, page: Path) -> Chrome:
    requests(browser)
    browser.get(page.as_uri())
    return browser


def cells(browser: Chrome, attribute: str, value: str) -> list[str]:
    row = browser.find_element(By.CSS_SELECTOR, f'[data-{attribute}="{value}"]')
    return [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]


def requests(browser: Chrome) -> list[dict[str, Any]]:
    """What the browser has asked for since the last call."""
    entries: list[dict[str, Any]] = browser.get_log("performance")  # type: ignore[no-untyped-call]
    messages = [json.loads(entry["message"])["message"] for entry in entries]
    return [m["params"]["request"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def number(text: str) -> float:
    return float(re.sub(r"[,%$]", "", text))


def test_it_asks_for_nothing_but_itself(opened: Chrome, page: Path) -> None:
    assert [request["url"] for request in requests(opened)] == [page.as_uri()]


@pytest.mark.parametrize("width", [PHONE, 768, 1400])
def test_nothing_sticks_out_of_the_page(opened: Chrome, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == PHONE}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        assert opened.execute_script("return window.innerWidth") == width
        assert opened.execute_script("return document.documentElement.scrollWidth") <= width
        for figure in opened.find_elements(By.CSS_SELECTOR, "figure svg"):
            assert 0 < figure.rect["width"] <= width
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_each_verdict_is_there_the_failed_ones_first(opened: Chrome, record: RunRecord) -> None:
    for verdict in record.verdicts:
        said, name, observed, expected = cells(opened, "verdict", verdict.name)
        assert (name, observed, expected) == (verdict.name, verdict.observed, verdict.expected)
        assert said == {True: "pass", False: "FAIL", None: "not judged"}[verdict.passed]
    first = opened.find_element(By.CSS_SELECTOR, "[data-verdict]").get_attribute("data-verdict")
    assert first in {verdict.name for verdict in record.verdicts if verdict.passed is False}


def test_each_hop_has_its_figures(opened: Chrome, record: RunRecord) -> None:
    for hop in ("ack", "ack_raw", "bronze", "silver", "gold"):
        found, known = cells(opened, "hop", hop), getattr(record.latency_ms, hop)
        if known is None:
            assert found[1:] == ["0", "no event came so far"]
        else:
            figures = [number(text) for text in found[1:]]
            expected = [known.count, known.p50, known.p90, known.p99, known.p999, known.max]
            assert figures == pytest.approx(expected, abs=0.051)


def test_each_stage_has_its_figures(opened: Chrome, record: RunRecord) -> None:
    for stage in record.stages:
        name, *figures = cells(opened, "stage", stage.name)
        expected = [
            stage.cpu_s,
            100 * stage.busy_share,
            stage.events,
            stage.peak_rss_mib,
            stage.restarts,
            stage.deaths,
        ]
        assert name == stage.name
        assert [number(text) for text in figures] == pytest.approx(expected, abs=0.051)


def test_the_ledger_and_its_offenders_are_there(opened: Chrome, record: RunRecord) -> None:
    for name, value in record.ledger:
        if name != "offenders":
            assert number(cells(opened, "ledger", name)[1]) == float(value)
    text = opened.find_element(By.ID, "ledger").text
    assert "bronze: <script>alert(1)</script>" in text
    assert "s3://b/<i>&.parquet" in text


def test_the_price_is_there_line_by_line(opened: Chrome, record: RunRecord) -> None:
    assert record.cost is not None
    assert f"${record.cost.usd_per_million_events:.4f} for a million events" in opened.find_element(By.ID, "cost").text
    for line in record.cost.lines:
        assert number(cells(opened, "cost", line.price)[4]) == pytest.approx(line.usd_per_million_events, abs=1e-5)


def test_the_way_to_gold_is_there_with_what_breaks_each_rule(opened: Chrome, record: RunRecord) -> None:
    assert record.gold is not None
    for name in ("rows", "failing", "orders", "quarantined", "held_rows", "misrouted"):
        assert number(cells(opened, "gold", name)[1]) == getattr(record.gold, name)
    for rule, count in record.gold.by_rule.items():
        assert number(cells(opened, "rule", rule)[1]) == count


def test_what_a_question_costs_is_there(opened: Chrome, record: RunRecord) -> None:
    for one in record.query_costs:
        _, _, *figures = cells(opened, "query", f"{one.layout} {one.days} {one.columns}")
        share = 100 * one.scanned_bytes / one.table_bytes
        expected = [one.scanned_bytes, share, one.s3_requests, one.seconds, 1_000 * one.usd]
        assert [number(text) for text in figures] == pytest.approx(expected, abs=0.051)


def test_charts_take_their_colours_from_the_page(opened: Chrome, page: Path) -> None:
    assert "#0a0a" not in page.read_text()
    colours = []
    for scheme in ("light", "dark"):
        feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
        text = opened.find_element(By.CSS_SELECTOR, "figure svg text")
        colours.append((opened.execute_script("return getComputedStyle(document.body).backgroundColor"), text))
        colours[-1] = (colours[-1][0], opened.execute_script("return getComputedStyle(arguments[0]).fill", text))
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert colours[0][0] == "rgb(255, 255, 255)" != colours[1][0]
    assert colours[0][1] != colours[1][1]


def test_a_run_of_which_nothing_came_has_a_page_too(run_folder: Path) -> None:
    nothing = a_record(latency_ms={"ack": None, "ack_raw": None, "bronze": None, "silver": None})
    for hop in ("ack", "ack_raw", "bronze", "silver"):
        lines = (run_folder / f"{hop}.hlog").read_text().splitlines()
        (run_folder / f"{hop}.hlog").write_text("\n".join(line for line in lines if not line.startswith("Tag")))
    text = report_page(nothing, run_folder)
    assert "not judged" in text
    assert "Not metered" in text


def test_ids_of_charts_do_not_meet(page: Path) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page.read_text())
    assert len(ids) == len(set(ids))


def test_the_index_links_to_every_run_the_latest_first(browser: Chrome, record: RunRecord, run_folder: Path) -> None:
    older = a_record(id="older", started_at="2025-01-01T00:00:00Z")
    index = run_folder.parent / "index.html"
    index.write_text(index_page({"older": older, run_folder.name: record}))
    (run_folder / FILE).touch()
    browser.get(index.as_uri())
    links = browser.find_elements(By.CSS_SELECTOR, "[data-run] a")
    assert [link.text for link in links] == [record.id, "older"]
    assert links[0].get_attribute("href") == (run_folder / FILE).as_uri()
