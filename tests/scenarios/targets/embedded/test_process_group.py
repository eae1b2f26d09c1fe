"""A command that forks: nothing of it is left once it ended, in whatever way it did."""

import os
import pwd
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.process_group import in_own_group
from scenarios.targets.embedded.stopping import stop_in_order

DEADLINE_S = 10
ROOT = Path(__file__).parents[4]

# Forks a child that outlives it and hears no SIGTERM, and says when both are there.
FORKING = """
import os, signal, sys, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    time.sleep(60)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep(60)
"""

# Starts it as a part in the folder given, says its pid, and waits to be killed.
OWNER = f"""
import sys, time
from pathlib import Path
from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.process_group import in_own_group
command = in_own_group([sys.executable, "-c", '''{FORKING}'''])
part = Part("worker", command, Path(sys.argv[1]) / "worker.log", ready=lambda: part.has_said("ready"))
part.spawn()
part.wait_ready()
print(part.pid, flush=True)
time.sleep(60)
"""


def forking(tmp_path: Path, code: str = FORKING, python: str = sys.executable, **settings: Any) -> Part:
    command = in_own_group([python, "-c", code])
    command[0] = python
    part: Part = Part("worker", command, tmp_path / "worker.log", ready=lambda: part.has_said("ready"), **settings)
    part.spawn()
    part.wait_ready()
    return part


def session(part: Part) -> int:
    """The part's own session, with the part, its child and the watcher in it."""
    assert part.pid is not None
    assert len(members(part.pid)) == 3
    return part.pid


def members(session: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def await_empty(session: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while left := members(session):
        assert time.monotonic() < deadline, f"processes {left} are left"
        time.sleep(0.02)


def test_nothing_is_left_after_a_clean_end(tmp_path: Path) -> None:
    part = forking(tmp_path)
    own = session(part)
    stop_in_order([part])
    assert part.state == "stopped"
    await_empty(own)


def test_nothing_is_left_after_a_kill(tmp_path: Path) -> None:
    part = forking(tmp_path)
    own = session(part)
    part.kill()
    await_empty(own)


def test_nothing_is_left_after_a_death(tmp_path: Path) -> None:
    part = forking(tmp_path, FORKING.replace("sys.exit(0)", "sys.exit(7)"))
    own = session(part)
    os.kill(own, signal.SIGTERM)
    await_empty(own)
    assert part.notice_death()
    assert "exit code 7" in part.obituary()


def test_a_signal_to_all_of_the_group_does_not_end_the_watch(tmp_path: Path) -> None:
    part = forking(tmp_path, FORKING.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN"))
    own = session(part)
    os.killpg(own, signal.SIGTERM)
    time.sleep(0.2)
    assert session(part) == own
    part.kill()
    await_empty(own)


def test_nothing_is_left_when_the_owner_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        own = int(owner.stdout.readline())
        assert len(members(own)) == 3
        owner.kill()
    await_empty(own)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a part as somebody else")
def test_an_ordinary_user_may_do_so(tmp_path: Path) -> None:
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(python).exists():
        pytest.skip(f"an ordinary user needs {python}, since the Python that runs this may be root's alone")
    packages = {"PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}"}
    part = forking(tmp_path, python=python, user="nobody", environment=packages)
    own = session(part)
    assert psutil.Process(own).uids().real == pwd.getpwnam("nobody").pw_uid
    part.kill()
    await_empty(own)
