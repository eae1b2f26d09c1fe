"""keystone capacity on a real stack: a promise that every rate breaks, one that a rate keeps, and wrong words."""

import pytest

from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration

QUICK = ("--seconds", "5", "--first", "400", "--most", "500", "--resolution", "1")


def test_a_rate_that_holds_is_found_with_what_each_stage_does_per_core(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("capacity", "quickstart", "--slo", "ack_p99_ms=5000", *QUICK, "--state-dir", state_dir, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["holds_per_s"] == 500
    assert [probe["rate_per_s"] for probe in ran.json["probes"]] == [400, 500]
    assert {"ingest", "writer-1", "kafka", "generator"} <= set(ran.json["probes"][-1]["per_core_s"])
    assert "400 events/s  holds: ack_p99_ms " in ran.err


@pytest.mark.slow
def test_a_promise_that_cannot_be_kept_is_kept_by_no_rate(keystone: Keystone, state_dir: str) -> None:
    args = ("--seconds", "5", "--first", "2", "--state-dir", state_dir)
    ran = keystone("capacity", "quickstart", "--slo", "ack_p50_ms=0.0001", *args)
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
