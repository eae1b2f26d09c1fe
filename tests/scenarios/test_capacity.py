"""keystone capacity on a real stack: a promise that every rate breaks, one that a rate keeps, and wrong words."""

from pathlib import Path

import pytest

from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration

QUICK = """
story: A load that any machine holds.
phases: [{for_s: 1, rate_per_s: 1}]
flush_seconds: 2
"""


@pytest.mark.slow
def test_a_rate_that_holds_is_found_with_what_each_stage_does_per_core(
    keystone: Keystone, state_dir: str, tmp_path: Path
) -> None:
    (tmp_path / "quick.yaml").write_text(QUICK)
    args = ("--seconds", "12", "--first", "100", "--most", "150", "--state-dir", state_dir, "--json")
    ran = keystone("capacity", tmp_path / "quick.yaml", "--slo", "ack_p50_ms=5000", *args)
    assert ran.code == 0, ran.err
    assert ran.json["holds_per_s"] == 150, ran.err
    assert [probe["rate_per_s"] for probe in ran.json["probes"]] == [100, 150]
    assert {"ingest", "writer-1", "kafka", "generator"} <= set(ran.json["probes"][-1]["per_core_s"])
    assert "100 events/s  holds: ack_p50_ms " in ran.err


@pytest.mark.slow
def test_a_promise_that_cannot_be_kept_is_kept_by_no_rate(keystone: Keystone, state_dir: str, tmp_path: Path) -> None:
    (tmp_path / "quick.yaml").write_text(QUICK)
    args = ("--seconds", "12", "--first", "2", "--state-dir", state_dir)
    ran = keystone("capacity", tmp_path / "quick.yaml", "--slo", "ack_p50_ms=0.0001", *args)
    assert (ran.code, ran.out.strip()) == (1, "no rate that was tried holds")
    assert "ack_p50_ms is " in ran.err


@pytest.mark.parametrize(
    ("slo", "answer"),
    [("ack_p99_ms", "allowed is FIGURE=NUMBER"), ("speed=3", "speed"), ("ack_p99_ms=x", "FIGURE=NUMBER")],
)
def test_a_promise_that_is_none_is_a_usage_error(keystone: Keystone, state_dir: str, slo: str, answer: str) -> None:
    ran = keystone("capacity", "quickstart", "--slo", slo, "--state-dir", state_dir)
    assert ran.code == 2
    assert answer in ran.err


def test_a_first_rate_above_the_most_that_may_be_tried_is_a_usage_error(keystone: Keystone) -> None:
    ran = keystone("capacity", "quickstart", "--slo", "ack_p99_ms=50", "--first", "1000", "--most", "500")
    assert (ran.code, "--first is 1000, and --most is 500" in ran.err) == (2, True), ran.err
