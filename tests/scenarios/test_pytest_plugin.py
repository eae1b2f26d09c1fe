"""A stranger's project: its own tests run scenarios, from an installed wheel, and fail where a verdict does."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.targets.endpoints_file import write_endpoints_file

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]

TESTS = """
import pytest

pytestmark = pytest.mark.slo(drain_s=60)
LOAD = "phases=[{for_s: 2, rate_per_s: 500}]"


def test_a_load_that_holds(keystone_run):
    record = keystone_run("quickstart", LOAD, "warm_up_s=0", "at_least={}")
    assert record.ledger.silver == record.events.acked == 1000


@pytest.mark.slo(quarantined=0, lag_peak=0)
def test_a_bound_that_cannot_hold(keystone_run):
    keystone_run("quickstart", LOAD, "at_least={}")


def test_ones_own_scenario(keystone_run, keystone_stack):
    assert keystone_stack.status().endpoints.topic
    assert keystone_run("mine.yaml").scenario == "mine"


def test_a_setting_that_is_none(keystone_run):
    keystone_run("quickstart", "phases.0.speed=1")
"""

MINE = """
story: A trickle.
warm_up_s: 0
phases:
  - {for_s: 2, rate_per_s: 200}
"""


def results_of(folder: Path, python: Path, *options: str) -> dict[str, str]:
    """Test → passed, or what its failure says."""
    (folder / "test_mine.py").write_text(TESTS)
    (folder / "mine.yaml").write_text(MINE)
    command = [str(python), "-m", "pytest", "-q", "--junitxml=found.xml", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (folder / "found.xml").exists(), done.stdout + done.stderr
    found = {}
    for case in ET.parse(folder / "found.xml").iter("testcase"):  # noqa: S314 - pytest's own
        problem = next(iter(case), None)
        found[case.attrib["name"]] = "passed" if problem is None else problem.attrib["message"]
    return found


def assert_as_expected(found: dict[str, str]) -> None:
    assert found["test_a_load_that_holds"] == "passed"
    assert found["test_ones_own_scenario"] == "passed"
    assert "quickstart failed; its report is" in found["test_a_bound_that_cannot_hold"]
    assert "lag_peak: " in found["test_a_bound_that_cannot_hold"]
    assert "phases.0.speed is no key" in found["test_a_setting_that_is_none"]


@pytest.mark.slow
def test_tests_run_scenarios_on_a_stack_that_runs_already(stack: EmbeddedTarget, tmp_path: Path) -> None:
    file = write_endpoints_file(stack, tmp_path)
    assert_as_expected(results_of(tmp_path, Path(sys.executable), "--keystone-target", str(file)))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_wheel_brings_all_that_a_strangers_tests_need(tmp_path: Path) -> None:
    """Built, installed into an environment of its own, and run there with an embedded stack."""
    uv, wheels, environment = Path(sys.executable).with_name("uv"), tmp_path / "wheels", tmp_path / "env"
    build = [str(uv), "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "-C", f"build-dir={tmp_path}/build", "-o", str(wheels), str(ROOT)], check=True)
    [wheel] = wheels.glob("*.whl")
    python = environment / "bin" / "python"
    subprocess.run([str(uv), "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    install = [str(uv), "pip", "install", "--quiet", "--python", str(python), "-c", str(ROOT / "requirements/lock.txt")]
    subprocess.run([*install, str(wheel), "pytest"], check=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([str(python), "-m", "scenarios.targets.embedded.kafka.install"], check=True, cwd=tmp_path, env=clean)
    project = tmp_path / "project"
    project.mkdir()
    assert_as_expected(results_of(project, python))
