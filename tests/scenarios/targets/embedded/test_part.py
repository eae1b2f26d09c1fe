"""A child process under watch: ready or not, stopped, killed, dead, and what is said of it."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.stopping import stop_in_order
from scenarios.targets.errors import TargetError

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


def python(code: str, tmp_path: Path, **settings: Any) -> Part:
    command = [sys.executable, "-uc", code]
    part: Part = Part("worker", command, tmp_path / "worker.log", ready=lambda: part.has_said("ready"), **settings)
    return part


def test_a_part_is_ready_when_it_says_so_and_stops_when_told(tmp_path: Path) -> None:
    part = python("print('ready'); import time; time.sleep(60)", tmp_path)
    part.spawn()
    part.wait_ready()
    assert part.state == "running"
    stop_in_order([part])
    assert (part.state, part.pid) == ("stopped", None)


def test_a_part_that_ends_before_it_is_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    part = python("print('no such luck'); raise SystemExit(7)", tmp_path)
    part.spawn()
    with pytest.raises(TargetError, match=r"(?s)worker died \(exit code 7\).*no such luck"):
        part.wait_ready()


def test_a_part_that_is_not_ready_in_time_is_reported(tmp_path: Path) -> None:
    part = python("print('thinking'); import time; time.sleep(60)", tmp_path, start_timeout_s=0.5)
    part.spawn()
    with pytest.raises(TargetError, match=r"(?s)not ready within.*thinking"):
        part.wait_ready()
    part.kill()


def test_a_part_that_ignores_its_stop_is_killed(tmp_path: Path) -> None:
    part = python(STUBBORN + "print('ready'); import time; time.sleep(60)", tmp_path, stop_timeout_s=0.3)
    part.spawn()
    part.wait_ready()
    stop_in_order([part])
    assert part.pid is None


def test_a_frozen_part_is_woken_to_be_stopped(tmp_path: Path) -> None:
    part = python("print('ready'); import time; time.sleep(60)", tmp_path)
    part.spawn()
    part.wait_ready()
    pid = part.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    stop_in_order([part])
    assert part.pid is None
    assert time.monotonic() - began < part.stop_timeout_s


def test_what_it_said_before_a_restart_does_not_count(tmp_path: Path) -> None:
    part = python("print('ready'); import time; time.sleep(60)", tmp_path)
    part.spawn()
    part.wait_ready()
    part.kill()
    part.command = [sys.executable, "-c", "import time; time.sleep(60)"]
    part.spawn()
    assert not part.has_said("ready")
    part.kill()


def test_a_death_is_noticed_once(tmp_path: Path) -> None:
    part = python("print('ready')", tmp_path)
    part.spawn()
    deadline = time.monotonic() + 10
    while part.pid is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert [part.notice_death(), part.notice_death()] == [True, False]
    assert part.state == "died"


def test_a_part_that_was_killed_on_purpose_did_not_die(tmp_path: Path) -> None:
    part = python("print('ready'); import time; time.sleep(60)", tmp_path)
    part.spawn()
    part.wait_ready()
    part.kill()
    assert not part.notice_death()
    assert part.state == "killed"


def test_a_job_that_runs_to_its_end_gives_what_it_printed(tmp_path: Path) -> None:
    assert python("print('the answer')", tmp_path).run_to_end(check=lambda: None) == "the answer\n"


def test_the_first_environment_is_that_of_the_first_start_alone(tmp_path: Path) -> None:
    code = "import os; print('failing' if os.environ.get('FAIL') else 'sound', flush=True)"
    part = python(code, tmp_path, first_environment={"FAIL": "once"})
    said = [part.run_to_end(check=lambda: None).strip() for _ in range(2)]
    assert said == ["failing", "sound"]
