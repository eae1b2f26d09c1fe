"""What each fault does to a real process, and that its undo makes the process whole from any state."""

import resource
import time
from typing import Any

import psutil
import pytest
from pydantic import ValidationError

from chaos.catalogue import AnyFault, parse_fault
from chaos.fault import Fault
from chaos.freeze import Freeze
from chaos.kill import Kill
from chaos.memory_limit import MemoryLimit, private_bytes
from chaos.noop import Noop
from chaos.restart import Restart
from chaos.slow_consumer import PERIOD_S, SlowConsumer
from tests.chaos.conftest import Process

WHERE: dict[str, Any] = {"at_s": 0, "part": "writer-1"}

ALL: list[AnyFault] = [
    Noop(**WHERE),
    Kill(**WHERE),
    Freeze(**WHERE),
    Restart(**WHERE),
    SlowConsumer(**WHERE),
    MemoryLimit(**WHERE),
]


def is_whole(part: Process) -> bool:
    pid = part.pid()
    broken = part.state() in ("gone", psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    return not broken and pid is not None and _soft_limit(pid) == resource.RLIM_INFINITY


def _soft_limit(pid: int) -> int:
    return resource.prlimit(pid, resource.RLIMIT_DATA)[0]


def test_noop_does_nothing(part: Process) -> None:
    Noop(**WHERE).start(part)
    assert is_whole(part)


def test_kill_leaves_no_process(part: Process) -> None:
    Kill(**WHERE).start(part)
    assert part.popen.returncode == -9


def test_restart_asks_the_process_to_end(part: Process) -> None:
    Restart(**WHERE).start(part)
    assert part.popen.returncode == -15


def test_freeze_stops_the_process_and_keeps_it(part: Process) -> None:
    pid = part.pid()
    Freeze(**WHERE).start(part)
    part.await_state(lambda state: state == psutil.STATUS_STOPPED)
    Freeze(**WHERE).undo(part)
    part.await_state(lambda state: state != psutil.STATUS_STOPPED)
    assert part.pid() == pid


def test_a_slow_consumer_is_awake_for_its_share_of_the_time(part: Process) -> None:
    slow = SlowConsumer(**WHERE, for_s=2 * PERIOD_S, times=5)
    waits: list[tuple[float, str]] = []

    def wait(seconds: float) -> bool:
        part.await_state(lambda state: (state == psutil.STATUS_STOPPED) == (seconds > PERIOD_S / 2))
        waits.append((round(seconds, 3), part.state()))
        return False

    slow.start(part)
    slow.hold(part, wait)
    assert [seconds for seconds, _ in waits] == [0.4, 0.1, 0.4, 0.1]
    assert {state for seconds, state in waits if seconds == 0.4} == {psutil.STATUS_STOPPED}


def test_a_slow_consumer_ends_when_all_faults_end(part: Process) -> None:
    slow = SlowConsumer(**WHERE, for_s=3600)
    slow.start(part)
    begun = time.monotonic()
    slow.hold(part, lambda _seconds: True)
    assert time.monotonic() - begun < 5


def test_a_process_without_memory_left_dies_of_its_next_allocation(growing_part: Process) -> None:
    into = growing_part.popen.stdin
    assert into is not None
    MemoryLimit(**WHERE, headroom_mib=8).start(growing_part)
    into.write(b"\n")
    into.flush()
    assert growing_part.popen.wait(20) != 0


def test_the_headroom_is_counted_from_what_the_process_has(part: Process) -> None:
    pid = part.pid()
    assert pid is not None
    held = private_bytes(pid)
    MemoryLimit(**WHERE, headroom_mib=10).start(part)
    assert held + 10 * 2**20 <= _soft_limit(pid) <= held + 12 * 2**20


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.fault)
@pytest.mark.parametrize("before", ["started", "untouched", "killed"])
def test_an_undo_makes_the_part_whole_from_any_state_and_again(part: Process, fault: Fault, before: str) -> None:
    if before == "killed":
        part.kill()
        if fault.fault in ("noop", "freeze", "slow-consumer"):  # type: ignore[attr-defined]
            fault.undo(part)  # nothing of theirs to mend, and no error
            return
    if before == "started":
        fault.start(part)
    fault.undo(part)
    part.await_state(lambda _state: is_whole(part))
    starts = part.starts
    fault.undo(part)
    assert (is_whole(part), part.starts) == (True, starts)


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.fault)
def test_a_fault_on_a_part_that_is_gone_breaks_nothing_and_says_so(part: Process, fault: Fault) -> None:
    part.kill()
    if isinstance(fault, Noop):
        fault.start(part)
        return
    with pytest.raises(ProcessLookupError, match="has no process to break"):
        fault.start(part)


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.fault)
def test_a_fault_comes_back_from_what_it_was_dumped_to(fault: AnyFault) -> None:
    assert parse_fault(fault.model_dump()) == fault


@pytest.mark.parametrize(
    "values",
    [
        {"fault": "flood", **WHERE},
        {"fault": "kill", "at_s": -1, "part": "writer-1"},
        {"fault": "kill", "at_s": 0, "part": "aws"},
        {"fault": "kill", "at_s": 0, "part": "writer-0"},
        {"fault": "slow-consumer", "times": 0.5, **WHERE},
        {"fault": "memory-limit", "headroom_mib": -1, **WHERE},
        {"fault": "kill", "headroom_mib": 1, **WHERE},
    ],
)
def test_what_is_no_fault_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        parse_fault(values)
