"""keystone up, status, down and what may go wrong with them; each test has stacks of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from click.testing import CliRunner

from scenarios.cli.stack import up
from scenarios.targets.airflow import installed
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.errors import TargetError
from tests.scenarios.conftest import KEYSTONE, Keystone

pytestmark = pytest.mark.integration

DEADLINE_S = 30


def await_true(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Everything that runs in this folder or with it in its command line, or works for something that does."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and str(folder) in " ".join(
                [*process.cmdline(), process.cwd()]
            ):
                found += [process, *process.children(recursive=True)]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            # Gone meanwhile, or none of ours: even root may not look at every process.
            continue
    return found


@pytest.mark.slow
def test_two_stacks_side_by_side_do_not_meet_and_leave_nothing_behind(keystone: Keystone, tmp_path: Path) -> None:
    stacks = [tmp_path / name for name in ("one", "two")]
    statuses = [keystone("up", "--json", "--writers", "2", "--state-dir", folder).json for folder in stacks]
    pids = [part["pid"] for status in statuses for part in status["parts"]]
    addresses = [status[name] for status in statuses for name in ("grpc", "kafka", "aws")]
    assert len(set(addresses)) == 6
    assert all(address.removeprefix("http://").startswith("127.0.0.1:") for address in addresses)
    assert statuses[0]["s3"]["secret_key"] != statuses[1]["s3"]["secret_key"]
    assert statuses[0]["postgres"]["password"] != statuses[1]["postgres"]["password"]
    assert len({status["postgres"][port] for status in statuses for port in ("port", "direct_port")}) == 4
    names = {"kafka", "aws", "athena", "postgres", "pgbouncer", "ingest", "writer-1", "writer-2"}
    assert {part["name"] for part in statuses[0]["parts"]} == names
    for folder in stacks:
        assert keystone("down", "--state-dir", folder).code == 0
        assert not folder.exists()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert keystone("status", "--state-dir", stacks[0]).code == 3


def test_a_second_stack_in_the_same_folder_is_refused(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("up", "--state-dir", state_dir)
    assert ran.code == 3
    assert "a stack already runs in" in ran.err


def test_stop_start_and_kill_act_on_one_part(keystone: Keystone, state_dir: str, stack: EmbeddedTarget) -> None:
    for verb, state in (("stop", "stopped"), ("start", "running"), ("kill", "killed"), ("start", "running")):
        assert keystone(verb, "ingest", "--state-dir", state_dir).code == 0
        assert {part.name: part.state for part in stack.status().parts}["ingest"] == state


def test_status_says_where_postgres_is(keystone: Keystone, state_dir: str, stack: EmbeddedTarget) -> None:
    postgres = stack.status().endpoints.postgres
    told = keystone("status", "--json", "--state-dir", state_dir).json["postgres"]
    assert told == asdict(postgres)
    shown = keystone("status", "--state-dir", state_dir).out
    assert f"127.0.0.1:{postgres.port} (pooled), 127.0.0.1:{postgres.direct_port} (direct)" in shown
    assert postgres.password not in shown


def test_status_says_where_the_ingest_servers_figures_are(keystone: Keystone, state_dir: str) -> None:
    metrics = keystone("status", "--state-dir", state_dir, "--json").json["metrics"]
    with urlopen(metrics, timeout=10) as answer:  # noqa: S310 - our own
        assert "keystone_ingest_" in answer.read().decode()
    assert f"metrics    {metrics} (of the ingest server)" in keystone("status", "--state-dir", state_dir).out


def test_a_dead_part_makes_status_say_so(keystone: Keystone, state_dir: str, stack: EmbeddedTarget) -> None:
    [pid] = [part.pid for part in stack.status().parts if part.name == "ingest"]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await_true(lambda: bool(stack.status().problems), "the death was not noticed")
    ran = keystone("status", "--json", "--state-dir", state_dir)
    stack.start_part("ingest")
    assert (ran.code, ran.json["state"]) == (3, "degraded")
    assert "ingest died (signal SIGKILL); the end of" in ran.err


@pytest.mark.parametrize(
    "killer",
    [signal.SIGKILL, *(pytest.param(kind, marks=pytest.mark.slow) for kind in (signal.SIGINT, signal.SIGTERM))],
)
def test_nothing_is_left_of_a_run_whose_process_is_killed(tmp_path: Path, killer: signal.Signals) -> None:
    folder = tmp_path / "state"
    command = [str(KEYSTONE), "run", "quickstart", "--events", "generated:100000", "--state-dir", str(folder)]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if "sent" in line:
                break
        assert len(processes_of(folder)) >= 5
        run.send_signal(killer)
        run.wait(DEADLINE_S)
    await_true(lambda: not processes_of(folder), "processes are left")
    if killer != signal.SIGKILL:
        assert run.returncode == 130
        assert not folder.exists()


@pytest.mark.slow
def test_nothing_is_left_when_the_supervisor_is_killed_and_the_next_stack_starts_clean(
    keystone: Keystone, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    status = keystone("up", "--json", "--state-dir", folder).json
    os.kill(status["supervisor_pid"], signal.SIGKILL)
    await_true(lambda: not any(psutil.pid_exists(p["pid"]) for p in status["parts"]), "parts outlive their supervisor")
    (folder / "kafka" / "garbage").touch()
    again = keystone("up", "--json", "--state-dir", folder)
    assert again.code == 0, again.err
    assert not (folder / "kafka" / "garbage").exists()
    assert keystone("down", "--state-dir", folder).code == 0


@pytest.mark.slow
def test_down_ends_a_stack_whose_supervisor_does_not_answer(keystone: Keystone, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    status = keystone("up", "--json", "--state-dir", folder).json
    (folder / "control.sock").unlink()
    assert keystone("down", "--state-dir", folder).code == 0
    await_true(lambda: not any(psutil.pid_exists(p["pid"]) for p in status["parts"]), "parts outlive `down`")


@pytest.mark.slow
def test_down_removes_what_a_stack_that_died_left(keystone: Keystone, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    status = keystone("up", "--json", "--state-dir", folder).json
    os.kill(status["supervisor_pid"], signal.SIGKILL)
    await_true(lambda: not processes_of(folder), "parts outlive their supervisor")
    assert keystone("down", "--state-dir", folder).code == 0
    assert not folder.exists()


def test_down_without_a_stack_is_no_error(keystone: Keystone, tmp_path: Path) -> None:
    ran = keystone("down", "--state-dir", tmp_path / "nothing")
    assert (ran.code, "no stack runs" in ran.err) == (0, True)


def test_a_busy_port_is_named(keystone: Keystone, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = keystone("up", "--grpc-port", str(port), "--state-dir", tmp_path / "state")
    assert ran.code == 3
    assert f"port {port} is in use; choose another with --grpc-port" in ran.err
    assert not processes_of(tmp_path / "state")


def test_a_missing_java_is_named_with_the_way_to_get_it(keystone: Keystone, tmp_path: Path) -> None:
    nowhere = tmp_path / "bin"
    nowhere.mkdir()
    ran = keystone("up", "--state-dir", tmp_path / "state", environment={"PATH": str(nowhere)})
    assert ran.code == 3
    assert "no `java` on PATH" in ran.err
    assert "apt-get install default-jre-headless" in ran.err
    assert not processes_of(tmp_path / "state")


def test_a_folder_that_is_no_stacks_is_refused(keystone: Keystone, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    ran = keystone("up", "--state-dir", tmp_path / "precious")
    assert (ran.code, "will not be overwritten" in ran.err) == (3, True)


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[None]:
    """A file system of so many MiB in memory; needs root."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("mounting a small disk needs root")
    folder.mkdir()
    done = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)], check=False)
    if done.returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607


def test_a_disk_too_small_is_named_before_anything_starts(keystone: Keystone, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mib=16):
        ran = keystone("up", "--state-dir", tmp_path / "disk" / "state")
    assert ran.code == 3
    assert "MiB free, a stack needs 256 MiB at least" in ran.err
    assert not processes_of(tmp_path / "disk")


@pytest.mark.slow
def test_a_disk_that_fills_up_in_mid_run_ends_the_run_and_names_who_died(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mib=300):
        folder = tmp_path / "disk" / "state"
        command = [str(KEYSTONE), "run", "quickstart", "--events", "generated:100000", "--state-dir", str(folder)]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
            assert run.stderr is not None
            heard = []
            for line in run.stderr:
                heard.append(line)
                if "sent" in line:
                    _fill(tmp_path / "disk" / "filler")
            run.wait(DEADLINE_S)
        assert run.returncode == 3, "".join(heard)
        assert "kafka died" in "".join(heard)
        assert "Traceback" not in "".join(heard)
        await_true(lambda: not processes_of(folder), "processes are left")


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 2**20)
                file.flush()
        except OSError:
            return


@pytest.mark.slow
def test_a_folder_with_a_long_path_and_unusual_letters_works(keystone: Keystone, tmp_path: Path) -> None:
    folder = tmp_path / ("a-rather-long-name-" * 8) / "José, Söhne & Co"
    assert keystone("up", "--writers", "0", "--state-dir", folder).code == 0
    assert keystone("down", "--state-dir", folder).code == 0


def test_a_failpoint_that_does_not_exist_is_said_before_anything_starts(keystone: Keystone, tmp_path: Path) -> None:
    ran = keystone("up", environment={"KEYSTONE_FAILPOINT": "after-append-silvr=kill"})
    assert (ran.code, "names like 'after-append-silver' are" in ran.err) == (2, True), ran.err
    assert not (tmp_path / ".keystone").exists()


def test_an_airflow_that_is_not_installed_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def version(_name: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(installed, "version", version)
    ran = CliRunner().invoke(up, ["--airflow", "--state-dir", str(tmp_path / "state")])
    assert isinstance(ran.exception, TargetError)
    assert "pip install 'keystone-nexus[airflow]'" in str(ran.exception)
    assert not (tmp_path / "state").exists()


def test_a_stack_without_airflow_imports_nothing_of_it() -> None:
    code = "import sys, scenarios.targets.embedded.supervisor; print(sorted({'airflow', 'psycopg'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
