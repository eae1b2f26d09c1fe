"""Processes are looked at as the kernel counts them, deaths from the run's beginning on."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from scenarios.runner.samples import Sampler
from scenarios.targets.interface import PartStatus

WORK = "sum(range(10**7))"
PARENT = f"""
import os, sys
child = os.fork()
if child == 0:
    {WORK}
    print("worked", flush=True)
    sys.stdin.readline()
    os._exit(0)
os.wait()
print("waited", flush=True)
sys.stdin.readline()
"""


def part(pid: int | None, deaths: int = 0) -> PartStatus:
    return PartStatus(name="postgres", state="running", pid=pid, log="", problem=None, deaths=deaths)


def sampler(*looks: PartStatus) -> Sampler:
    """What each look sees of the part; the last for ever after."""
    left = list(looks)
    return Sampler(lambda: [left.pop(0) if len(left) > 1 else left[0]], lambda: None, time.time_ns, {"generator": 1})


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def test_the_work_of_a_parts_children_is_the_parts_while_they_live_and_after(parent: subprocess.Popen[str]) -> None:
    assert parent.stdin is not None
    assert parent.stdout is not None
    assert parent.stdout.readline() == "worked\n"
    seen = sampler(part(parent.pid))
    seen.start()
    parent.stdin.write("\n")
    parent.stdin.flush()
    assert parent.stdout.readline() == "waited\n"
    of_part = [sample.cpu_s for sample in seen.stop().parts if sample.part == "postgres"]
    assert of_part[0] > 0.05
    assert of_part == sorted(of_part)


def test_deaths_before_the_run_are_none_of_the_runs() -> None:
    assert _deaths(part(None, deaths=2), part(None, deaths=2)) == {}
    assert _deaths(part(None, deaths=2), part(None, deaths=3)) == {"postgres": 1}


def _deaths(*looks: PartStatus) -> dict[str, int]:
    seen = sampler(*looks)
    seen.start()
    return seen.stop().deaths
