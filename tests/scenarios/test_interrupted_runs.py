"""A run that ends before its time leaves a whole stack: at once after Ctrl-C, with the next command after SIGKILL."""

import json
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import KEYSTONE, Keystone, wait_for

pytestmark = pytest.mark.integration

SCENARIO = """
story: Parts are broken for much longer than the test waits.
warm_up_s: 0
writers: 2
phases:
  - {for_s: 120, rate_per_s: 100}
faults:
  - {fault: freeze, part: writer-1, at_s: 0.5, for_s: 100}
  - {fault: kill, part: ingest, at_s: 0.5, for_s: 100}
  - {fault: kill, part: writer-2, at_s: 0.5, for_s: 100}
"""


@pytest.fixture
def broken_run(scratch_stack: EmbeddedTarget, tmp_path: Path) -> "subprocess.Popen[str]":
    """A run in mid-fault: writer-1 is frozen, the ingest server killed."""
    (tmp_path / "broken.yaml").write_text(SCENARIO)
    command = [str(KEYSTONE), "run", "broken.yaml", "--state-dir", scratch_stack.status().state_dir]
    run = subprocess.Popen(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: run.poll() is not None or states(scratch_stack) == ("stopped", "killed"))
    assert run.poll() is None, run.communicate()
    return run


def states(stack: EmbeddedTarget) -> tuple[str, str]:
    """Of writer-1's process as the kernel has it, and of the ingest server as the stack has it."""
    parts = {part.name: part for part in stack.status().parts}
    pid = parts["writer-1"].pid
    return (psutil.Process(pid).status() if pid else "gone"), parts["ingest"].state


def assert_whole(stack: EmbeddedTarget) -> None:
    writer, ingest = states(stack)
    assert writer not in ("stopped", "gone")
    assert ingest == "running"
    assert [part.name for part in stack.status().parts if part.name.startswith("writer")] == ["writer-1"]


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, *(pytest.param(kind, marks=pytest.mark.slow) for kind in (signal.SIGTERM, signal.SIGHUP))],
)
def test_a_signal_to_end_undoes_the_faults_and_the_settings(
    broken_run: "subprocess.Popen[str]", scratch_stack: EmbeddedTarget, tmp_path: Path, number: signal.Signals
) -> None:
    broken_run.send_signal(number)
    _, err = broken_run.communicate(timeout=120)
    assert (broken_run.returncode, "Traceback" in err) == (130, False), err
    assert_whole(scratch_stack)
    assert list((tmp_path / "runs").iterdir()) == []


def test_ctrl_c_ends_a_warm_up_and_with_it_the_run(scratch_stack: EmbeddedTarget, tmp_path: Path) -> None:
    (tmp_path / "warming.yaml").write_text(SCENARIO.replace("warm_up_s: 0", "warm_up_s: 100"))
    command = [str(KEYSTONE), "run", "warming.yaml", "--state-dir", scratch_stack.status().state_dir]
    err = tmp_path / "err"
    with err.open("w") as into:
        run = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=into)
    wait_for(lambda: run.poll() is not None or "warm-up: acked" in err.read_text())
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=60) == 130
    assert "Traceback" not in err.read_text()
    assert_whole(scratch_stack)


def test_the_next_command_undoes_what_a_killed_run_left(
    broken_run: "subprocess.Popen[str]", scratch_stack: EmbeddedTarget, keystone: Keystone
) -> None:
    broken_run.kill()
    broken_run.communicate(timeout=60)
    assert states(scratch_stack) == ("stopped", "killed")
    ran = keystone("status", "--json", "--state-dir", scratch_stack.status().state_dir)
    assert ran.code == 0, ran.err
    for undone in ("freeze of writer-1", "kill of ingest", "kill of writer-2", "the pipeline's settings"):
        assert f"undid what a run that was killed had left: {undone}" in ran.err
    assert {part["state"] for part in json.loads(ran.out)["parts"]} == {"running"}
    assert_whole(scratch_stack)


def test_a_second_run_on_the_same_stack_is_refused(
    broken_run: "subprocess.Popen[str]", scratch_stack: EmbeddedTarget, keystone: Keystone
) -> None:
    ran = keystone("run", "quickstart", "--state-dir", scratch_stack.status().state_dir)
    assert (ran.code, "another run is under way on this stack" in ran.err) == (3, True), ran.err
    broken_run.send_signal(signal.SIGINT)
    broken_run.communicate(timeout=120)
    assert_whole(scratch_stack)
