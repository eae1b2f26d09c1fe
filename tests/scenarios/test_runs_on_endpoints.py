"""Runs on a stack that was started elsewhere, of which a file of endpoints is all that is known."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadgen.arrivals import Arrivals, Phase
from loadgen.client import Client
from loadgen.order_settings import OrderSettings
from loadgen.send import send
from loadgen.send_log import Sent
from loadgen.source import open_source
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import FINE, Keystone
from tests.scenarios.targets.endpoints_file import write_endpoints_file

pytestmark = pytest.mark.integration


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
        send(events, arrivals, Client(address, "others"), progress=note, stop=stop)

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
