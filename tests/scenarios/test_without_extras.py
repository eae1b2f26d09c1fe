"""Without Airflow, Great Expectations and pyathena: what needs them names the extra, everything else works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.conftest import FINE, Keystone, Ran

pytestmark = pytest.mark.integration

HIDDEN = """
import importlib.metadata, sys
for name in ("airflow", "great_expectations", "great_expectations_provider", "pyathena"):
    sys.modules[name] = None
known = importlib.metadata.version
def version(name):
    if "airflow" in name:
        raise importlib.metadata.PackageNotFoundError(name)
    return known(name)
importlib.metadata.version = version
"""
"""What Python runs when it begins: for it these packages are not installed."""

EVERY_COMMAND = """
import click
from scenarios.cli.main import main
def walk(command, context):
    assert command.get_help(context)
    for name in getattr(command, "commands", ()):
        walk(command.commands[name], click.Context(command.commands[name], context, name))
walk(main, click.Context(main, None, "keystone"))
"""

LOAD = ("--set", "phases=[{for_s: 1, rate_per_s: 200}]", "--set", "warm_up_s=0", "--set", "at_least={}")


@pytest.fixture
def hidden(tmp_path: Path) -> dict[str, str]:
    """The environment of a Python that lacks them."""
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    return {"PYTHONPATH": str(tmp_path)}


def test_every_command_says_what_it_does(hidden: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", EVERY_COMMAND], env=os.environ | hidden, check=True)


@pytest.mark.slow
def test_a_stack_a_run_and_what_looks_at_them_need_none(
    keystone: Keystone, tmp_path: Path, hidden: dict[str, str]
) -> None:
    state = ("--state-dir", str(tmp_path / "state"))
    try:
        ran = keystone("run", "quickstart", *LOAD, "--keep", *state, environment=hidden)
        assert ran.code in FINE, ran.err
        for command in (("dag", "mark"), ("dag", "days"), ("sql", "SELECT count(*) FROM silver.orders"), ("status",)):
            assert keystone(*command, *state, environment=hidden).code == 0
    finally:
        assert keystone("down", *state, environment=hidden).code == 0


def test_a_run_to_gold_names_the_extra_before_anything_is_sent(
    keystone: Keystone, state_dir: str, hidden: dict[str, str]
) -> None:
    ran = keystone("run", "clean-day", *LOAD, "--state-dir", state_dir, environment=hidden)
    assert_names(ran, "pip install 'keystone-nexus[quality]'")
    assert "acked" not in ran.err


def test_the_dag_in_a_process_names_the_extra(keystone: Keystone, state_dir: str, hidden: dict[str, str]) -> None:
    ran = keystone("dag", "run", "--day", "2018-05-21", "--state-dir", state_dir, environment=hidden)
    assert_names(ran, "pip install 'keystone-nexus[airflow]'")


def test_a_stack_with_airflow_names_the_extra_and_starts_nothing(
    keystone: Keystone, tmp_path: Path, hidden: dict[str, str]
) -> None:
    ran = keystone("up", "--airflow", "--state-dir", tmp_path / "state", environment=hidden)
    assert_names(ran, "pip install 'keystone-nexus[airflow]'")
    assert not (tmp_path / "state").exists()


def assert_names(ran: Ran, extra: str) -> None:
    assert (ran.code, extra in ran.err) == (3, True), ran.err
