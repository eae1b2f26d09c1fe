"""A stack with a real Airflow: a day goes to gold by it, its page shows that, and nothing of it outlives the stack."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from scenarios.targets.airflow.environment import DAG, DAGS
from tests.scenarios.conftest import FINE, KEYSTONE, Keystone, run_keystone
from tests.scenarios.targets.airflow.page import RunPage, open_browser

pytestmark = [pytest.mark.integration, pytest.mark.slow]

RUN_TIMEOUT_S = 150
DAY = "2018-08-06"
SCENARIO = f"""
story: A few good orders of one day.
events: olist:300
first_day: {DAY}
last_day: {DAY}
warm_up_s: 0
phases:
  - {{for_s: 3, rate_per_s: 100}}
"""
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


@dataclass
class Served:
    """A stack with Airflow: `keystone(...)` in its folder, where Airflow's API is, each part's session."""

    keystone: Keystone
    api: str
    sessions: Mapping[str, int]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The tests' own, one after the other: some end a part of it, the last but one ends it."""
    keystone = partial(run_keystone, tmp_path_factory.mktemp("airflow"))
    up = keystone("up", "--airflow", "--json")
    assert up.code == 0, up.err
    assert "starting airflow-web, airflow-dag-processor, airflow-scheduler: this takes" in up.err
    try:
        yield Served(keystone, up.json["airflow"], sessions(up.json))
    finally:
        keystone("down")


def sessions(status: Any) -> Mapping[str, int]:
    """The session of each of Airflow's parts, by name."""
    return {part["name"]: part["pid"] for part in status["parts"] if part["name"].startswith("airflow-")}


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


def test_status_lists_its_parts_and_where_it_is(airflow: Served) -> None:
    assert set(airflow.sessions) == {"airflow-web", "airflow-dag-processor", "airflow-scheduler"}
    shown = airflow.keystone("status").out
    assert f"airflow               {airflow.api} (page and REST API)" in shown
    assert "airflow-scheduler     running  pid" in shown


def test_the_dags_for_live_orders_are_paused(airflow: Served) -> None:
    dags = {dag["dag_id"]: dag["is_paused"] for dag in answer(f"{airflow.api}/api/v2/dags")["dags"]}
    assert dags == {name: name != DAG for name in DAGS}


def test_it_listens_on_loopback_alone(airflow: Served) -> None:
    listening = set()
    for part in airflow.sessions.values():
        for process in (psutil.Process(part), *psutil.Process(part).children(recursive=True)):
            listening |= {c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", int(airflow.api.rpartition(":")[2]))}


def test_a_day_goes_to_gold_and_the_page_shows_it(airflow: Served, tmp_path: Path) -> None:
    keystone = airflow.keystone
    (tmp_path / "a-day.yaml").write_text(SCENARIO)
    ran = keystone("run", tmp_path / "a-day.yaml", "--out", tmp_path / "run")
    assert ran.code in FINE, ran.err
    assert [marked["day"] for marked in keystone("dag", "mark", "--json").json] == [DAY]
    assert run_day(airflow.api, DAY) == "success"
    [state] = keystone("dag", "days", "--json").json
    assert (state["day"], state["in_gold"]) == (DAY, True)
    with open_browser() as browser:
        page = RunPage(browser, airflow.api, DAY)
        assert {task: text.rpartition(" | ")[2] for task, text in page.tasks().items()} == TASKS
        assert page.header().startswith(f"{DAY}\nSuccess")


def test_a_killed_scheduler_leaves_nothing_and_comes_back(airflow: Served) -> None:
    before = airflow.sessions["airflow-scheduler"]
    assert airflow.keystone("kill", "airflow-scheduler").code == 0
    await_none_left({before})
    started = airflow.keystone("start", "airflow-scheduler")
    assert started.code == 0, started.err
    airflow.sessions = sessions(airflow.keystone("status", "--json").json)
    assert airflow.sessions["airflow-scheduler"] not in (before, None)


def test_down_leaves_no_process(airflow: Served) -> None:
    own = set(airflow.sessions.values())
    assert len(members(own)) >= 8
    assert airflow.keystone("down").code == 0
    assert members(own) == []


def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """While Airflow has just forked its workers, of which the kernel ends only what they were forked from."""
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
