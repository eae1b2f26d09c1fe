"""Days on their way to gold, on a real stack, as a user takes them there."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference.days.steps import FAILPOINTS
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import run_keystone, wait_for
from tests.scenarios.warm_keystone import WarmKeystone, warm_keystone
from tests.stacks import running_stack

pytest.importorskip("airflow", reason="needs the extra airflow")

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

DAYS = ("2018-05-21", "2018-05-22", "2018-05-23")
KILLED_AT = dict(zip(FAILPOINTS[:-1], (*DAYS[:2], *DAYS[:2], DAYS[0]), strict=True))
"""Failpoint → day. On an alert, the last failpoint, nothing in the lake depends, and its own tests kill it."""

BAD = "bad_rows={null-customer: 0.02, unknown-state: 0.02, repeated-version: 0.01}"
SUMS = "SELECT day, customer_state, orders, revenue, freight, generation FROM gold.daily_regional_sales ORDER BY 1, 2"
SET_ASIDE = (
    "SELECT partition, \"offset\", reasons, generation FROM quarantine.orders WHERE stage = 'quality' ORDER BY 1, 2, 4"
)


@pytest.fixture(scope="module")
def stack_of_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    """A stack of its own, with some hundred orders of a few days in silver, one in twenty of them bad."""
    folder = tmp_path_factory.mktemp("days")
    with running_stack(folder / "state") as target:
        load = ("--set", "phases=[{for_s: 3, rate_per_s: 300}]", "--set", "warm_up_s=0", "--set", "at_least={}")
        days = ("--set", f"first_day={DAYS[0]}", "--set", f"last_day={DAYS[-1]}")
        ran = run_keystone(folder, "run", "quickstart", *load, *days, "--set", BAD, "--state-dir", folder / "state")
        assert ran.code in (0, 4), ran.err
        marked = run_keystone(folder, "dag", "mark", "--state-dir", folder / "state", "--json")
        assert [one["day"] for one in marked.json] == list(DAYS)
        yield target


@pytest.fixture(scope="module")
def warm(stack_of_days: EmbeddedTarget, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmKeystone]:
    """Commands on that stack that need not import Airflow anew."""
    with warm_keystone(Path(stack_of_days.status().state_dir), tmp_path_factory.mktemp("warm")) as keystone:
        yield keystone


def rows(warm: WarmKeystone, statement: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = warm.run("lake", "sql", statement, "--json").json
    return found


def test_a_dag_killed_in_each_of_its_tasks_and_run_again_leaves_each_row_in_one_place(
    warm: WarmKeystone,
) -> None:
    limit = {"KEYSTONE_MOST_FAILING": "0.5"}
    for failpoint, day in KILLED_AT.items():
        killed = warm.run("dag", "run", "--day", day, KEYSTONE_FAILPOINT=f"{failpoint}=kill", **limit)
        assert killed.code == -signal.SIGKILL, f"{failpoint}: {killed.err}"
    again = warm.run("dag", "run", "--json", **limit)
    assert again.code == 0, again.err
    assert [state["day"] for state in again.json] == list(DAYS)
    assert {state["route"] for state in again.json} == {"quarantine"}
    assert all(state["in_gold"] for state in again.json)
    sums, set_aside = rows(warm, SUMS), rows(warm, SET_ASIDE)
    for state in again.json:
        orders = sum(row["orders"] for row in sums if row["day"] == state["day"])
        assert orders + state["failing"] == state["rows"]
    places = [(row["partition"], row["offset"]) for row in set_aside]
    assert len(set(places)) == len(places) == sum(state["failing"] for state in again.json) > 0
    keys = [(row["day"], row["customer_state"]) for row in sums]
    assert len(set(keys)) == len(keys)
    assert {row["generation"] for row in (*sums, *set_aside)} == {1}


def test_a_day_without_a_marker_fails_and_says_so(stack_of_days: EmbeddedTarget) -> None:
    state_dir = Path(stack_of_days.status().state_dir)
    # As a user names it, who stands beside it.
    ran = run_keystone(state_dir.parent, "dag", "run", "--day", "2001-01-01", "--state-dir", state_dir.name)
    assert ran.code == 3
    assert "2001-01-01 failed: it has no marker" in ran.err
    marked = run_keystone(state_dir.parent, "dag", "mark", "--day", "2001-01-01", "--state-dir", state_dir.name)
    assert marked.code == 3
    assert "2001-01-01 has no marker: silver has no rows of it" in marked.err


def test_ctrl_c_ends_a_run_at_once_and_the_next_begins_which_by_ones_own_rules_holds_a_day(
    warm: WarmKeystone, tmp_path: Path
) -> None:
    rules = tmp_path / "mine.yaml"
    rules.write_text("- {name: dear, rule: above, column: price, bound: 100}\n")
    first = warm.begin("dag", "backfill", DAYS[0], DAYS[-1])
    wait_for(lambda: "to be checked" in first.err)
    second = warm.begin("dag", "run", "--day", DAYS[0], "--rules", str(rules))
    wait_for(lambda: "another run of the DAG is under way here" in second.err)
    os.kill(first.pid, signal.SIGHUP)  # which `warm` ignores, as nohup does
    wait_for(lambda: "generation" in first.out)  # of the first day
    os.kill(first.pid, signal.SIGINT)
    assert first.wait() == 130
    assert len(first.out.splitlines()) == 1
    assert first.err.splitlines()[-1] == "keystone: interrupted"
    assert second.wait() == 1, second.err
    assert "fail (dear" in second.out
    assert "the day is held" in second.out
