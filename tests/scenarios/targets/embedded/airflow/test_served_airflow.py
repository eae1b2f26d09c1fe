"""A stack with a real Airflow: a day goes to gold by it, its page shows that, and nothing of it outlives the stack."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from scenarios.targets.airflow.environment import DAG
from tests.scenarios.conftest import FINE, KEYSTONE, Keystone, run_keystone
from tests.scenarios.targets.airflow.page import RunPage, open_browser

pytestmark = [pytest.mark.integration, pytest.mark.slow]

NAMES = ("airflow-web", "airflow-dag-processor", "airflow-scheduler")
RUN_TIMEOUT_S = 150
TASKS = {
    "wait_for_day": "success",
    "pin_day": "success",
    "run_gx_athena_checks": "success",
    "validation_routing": "success",
    "quarantine_corrupted_data": "skipped",
    "calculate_daily_regional_sales_gold": "success",
    "send_alerts": "success",
}
"""What becomes of each on a day of which no row fails."""


@pytest.fixture(scope="module")
def keystone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keystone]:
    """`keystone(...)` in a folder where a stack with Airflow runs; the last test may have ended it."""
    folder = tmp_path_factory.mktemp("airflow")
    keystone = partial(run_keystone, folder)
    up = keystone("up", "--airflow")
    assert up.code == 0, up.err
    assert "starting airflow-web, airflow-dag-processor, airflow-scheduler: this takes" in up.err
    try:
        yield keystone
    finally:
        keystone("down")


def sessions(status: Any) -> dict[str, int]:
    """The session of each of Airflow's parts, by name."""
    return {part["name"]: part["pid"] for part in status["parts"] if part["name"] in NAMES}


def members(sessions: set[int]) -> list[str]:
    """The living processes of sessions."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())}")
        except (ProcessLookupError, psutil.Error):
            continue
    return found


def await_none_left(own: set[int]) -> None:
    deadline = time.monotonic() + 10
    while left := members(own):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def answer(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - our own server
    with urlopen(request, timeout=30) as answered:  # noqa: S310
        return json.load(answered)


def run_day(api: str, day: str) -> str:
    """Trigger the DAG for a day; the state in which it ended."""
    run = f"{api}/api/v2/dags/{DAG}/dagRuns"
    answer(run, {"dag_run_id": day, "logical_date": f"{day}T00:00:00Z"})
    deadline = time.monotonic() + RUN_TIMEOUT_S
    while (state := str(answer(f"{run}/{day}")["state"])) in ("queued", "running"):
        assert time.monotonic() < deadline, answer(f"{run}/{day}/taskInstances")
        time.sleep(0.5)
    return state


def test_status_lists_its_parts_and_where_it_is(keystone: Keystone) -> None:
    status = keystone("status", "--json").json
    assert set(sessions(status)) == set(NAMES)
    shown = keystone("status").out
    assert f"airflow               {status['airflow']} (page and REST API)" in shown
    assert "airflow-scheduler     running  pid" in shown


def test_it_listens_on_loopback_alone(keystone: Keystone) -> None:
    status = keystone("status", "--json").json
    port = int(status["airflow"].rpartition(":")[2])
    listening = set()
    for part in sessions(status).values():
        for process in (psutil.Process(part), *psutil.Process(part).children(recursive=True)):
            listening |= {c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", port)}


def test_a_day_goes_to_gold_and_the_page_shows_it(keystone: Keystone, tmp_path: Path) -> None:
    ran = keystone("run", "quickstart", "--events", "olist:300", "--out", tmp_path / "run")
    assert ran.code in FINE, ran.err
    day = max(keystone("dag", "mark", "--json").json, key=lambda marked: int(marked["rows"]))["day"]
    api = keystone("status", "--json").json["airflow"]
    assert run_day(api, day) == "success"
    [state] = keystone("dag", "days", "--json").json
    assert (state["day"], state["in_gold"]) == (day, True)
    with open_browser() as browser:
        page = RunPage(browser, api, day)
        assert {task: text.rpartition(" | ")[2] for task, text in page.tasks().items()} == TASKS
        assert page.header().startswith(f"{day}\nSuccess")
        page.photograph(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 10_000


def test_a_killed_scheduler_leaves_nothing_and_comes_back(keystone: Keystone) -> None:
    own = sessions(keystone("status", "--json").json)["airflow-scheduler"]
    assert keystone("kill", "airflow-scheduler").code == 0
    await_none_left({own})
    started = keystone("start", "airflow-scheduler")
    assert started.code == 0, started.err
    assert sessions(keystone("status", "--json").json)["airflow-scheduler"] not in (own, None)


def test_down_leaves_no_process(keystone: Keystone) -> None:
    own = set(sessions(keystone("status", "--json").json).values())
    assert len(members(own)) >= 8
    assert keystone("down").code == 0
    assert members(own) == []


def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """While Airflow starts and has forked its workers, of which the kernel ends only what they were forked from."""
    with subprocess.Popen([KEYSTONE, "up", "--airflow"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as up:
        deadline = time.monotonic() + RUN_TIMEOUT_S
        own = set[int]()
        while "LocalExecutor" not in str(members(own)):
            assert time.monotonic() < deadline
            time.sleep(0.2)
            own = _sessions_below(up.pid)
        [supervisor] = psutil.Process(up.pid).children()
        supervisor.kill()
        up.wait(30)
    await_none_left(own)


def _sessions_below(pid: int) -> set[int]:
    found = set()
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(ProcessLookupError):
            found.add(os.getsid(process.pid))
    return found
