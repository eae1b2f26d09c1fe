"""Days on their way to gold, on a real stack, as a user takes them there."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference.days.steps import FAILPOINTS
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import KEYSTONE, Ran, run_keystone
from tests.stacks import running_stack

pytest.importorskip("airflow", reason="needs the extra airflow")

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

KILLED_AT = FAILPOINTS[:-1]
"""Of an alert, the last of them, nothing in the lake depends; its own tests kill it."""

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
        days = ("--set", "first_day=2018-05-21", "--set", f"last_day=2018-05-{21 + len(KILLED_AT)}")
        ran = run_keystone(folder, "run", "quickstart", *load, *days, "--set", BAD, "--state-dir", folder / "state")
        assert ran.code in (0, 4), ran.err
        marked = run_keystone(folder, "dag", "mark", "--state-dir", folder / "state", "--json")
        assert len(marked.json) == len(KILLED_AT) + 1
        yield target


def dag(target: EmbeddedTarget, *arguments: str, **environment: str) -> Ran:
    state_dir = Path(target.status().state_dir)
    # As a user names it, who stands beside it.
    here = ("--state-dir", state_dir.name)
    return run_keystone(state_dir.parent, "dag", *arguments, *here, environment=environment)


def rows(target: EmbeddedTarget, statement: str) -> list[dict[str, Any]]:
    state_dir = target.status().state_dir
    found: list[dict[str, Any]] = run_keystone(
        Path(state_dir).parent, "lake", "sql", statement, "--state-dir", state_dir, "--json"
    ).json
    return found


def test_a_dag_killed_in_each_of_its_tasks_and_run_again_comes_to_what_another_day_comes_to(
    stack_of_days: EmbeddedTarget,
) -> None:
    limit = {"KEYSTONE_MOST_FAILING": "0.5"}
    killed = [f"2018-05-{21 + number}={failpoint}" for number, failpoint in enumerate(KILLED_AT)]
    command = [sys.executable, "-m", "tests.scenarios.killed_dag_runs", stack_of_days.status().state_dir, *killed]
    ran = subprocess.run(command, env=os.environ | limit, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == [f"{failpoint} {signal.SIGKILL:d}" for failpoint in KILLED_AT], ran.stderr
    again = dag(stack_of_days, "run", "--json", **limit)
    assert again.code == 0, again.err
    assert {state["route"] for state in again.json} == {"quarantine"}
    assert all(state["in_gold"] for state in again.json)
    sums, set_aside = rows(stack_of_days, SUMS), rows(stack_of_days, SET_ASIDE)
    for state in again.json:
        orders = sum(row["orders"] for row in sums if row["day"] == state["day"])
        assert orders + state["failing"] == state["rows"]
    places = [(row["partition"], row["offset"]) for row in set_aside]
    assert len(set(places)) == len(places) == sum(state["failing"] for state in again.json) > 0
    keys = [(row["day"], row["customer_state"]) for row in sums]
    assert len(set(keys)) == len(keys)
    assert {row["generation"] for row in (*sums, *set_aside)} == {1}


def test_a_day_of_which_too_much_fails_ones_own_rules_ends_with_its_own_exit_code(
    stack_of_days: EmbeddedTarget, tmp_path: Path
) -> None:
    rules = tmp_path / "mine.yaml"
    rules.write_text("- {name: dear, rule: above, column: price, bound: 100}\n")
    held = dag(stack_of_days, "run", "--day", "2018-05-21", "--rules", str(rules))
    assert held.code == 1
    assert "fail (dear" in held.out
    assert "the day is held" in held.out


def test_a_day_without_a_marker_fails_and_says_so(stack_of_days: EmbeddedTarget) -> None:
    ran = dag(stack_of_days, "run", "--day", "2001-01-01")
    assert ran.code == 3
    assert "2001-01-01 failed: it has no marker" in ran.err


def test_ctrl_c_ends_a_run_at_once(stack_of_days: EmbeddedTarget) -> None:
    state_dir = stack_of_days.status().state_dir
    command = [str(KEYSTONE), "dag", "backfill", "2018-05-21", "2018-05-30", "--state-dir", state_dir]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()  # of the first day
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said.splitlines()[-1] == "keystone: interrupted"
