"""The order in which a stack's parts are stopped."""

import sys
from pathlib import Path

from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.stopping import stop_in_order

TELLS = """
import pathlib, signal, sys, time
name, said, others = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
def say(what):
    with said.open("a") as file:
        print(name, what, file=file)
def end(*_):
    say("told")
    while said.read_text().count("told") < others:
        time.sleep(0.01)
    say("ends")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""


def running(name: str, folder: Path, others: int) -> Part:
    """A part that says in `folder` that it was told to stop; it ends once so many have been."""
    command = [sys.executable, "-c", TELLS, name, str(folder / "said"), str(others)]
    part: Part = Part(name, command, folder / name, ready=lambda: part.has_said("ready"))
    part.spawn()
    part.wait_ready()
    return part


def told(folder: Path, *names: str, others: int = 0) -> list[str]:
    """What parts of these names say while they are stopped; none ends before so many have been told to."""
    parts = [running(name, folder, others) for name in names]
    stop_in_order(parts)
    assert {(part.state, part.pid) for part in parts} == {("stopped", None)}
    return (folder / "said").read_text().splitlines()


def test_those_that_write_end_before_those_that_are_written_to(tmp_path: Path) -> None:
    said = told(tmp_path, "kafka", "pgbouncer", "ingest", "writer-1")
    assert said == [
        f"{name} {what}" for name in ("writer-1", "ingest", "pgbouncer", "kafka") for what in ("told", "ends")
    ]


def test_parts_that_need_no_other_end_side_by_side(tmp_path: Path) -> None:
    assert len(told(tmp_path, "kafka", "aws", "postgres", others=3)) == 6
