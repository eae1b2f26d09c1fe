"""Faults come and go at their times, and every one that began is undone."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chaos.catalogue import AnyFault
from chaos.kill import Kill
from chaos.noop import Noop
from chaos.restart import Restart
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.fault_timeline import FaultTimeline
from tests.scenarios.runner.conftest import Handle

Timeline = Callable[..., FaultTimeline]


@pytest.fixture
def timeline(tmp_path: Path, handle: Handle) -> Iterator[Timeline]:
    with FaultJournal(tmp_path).claimed() as journal:
        yield lambda *faults: FaultTimeline(faults, lambda _name: handle, journal, time.monotonic)


def run_out(timeline: FaultTimeline) -> None:
    deadline = time.monotonic() + 10
    while not timeline.is_over():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def kill(at_s: float, for_s: float) -> AnyFault:
    return Kill(at_s=at_s, for_s=for_s, part="writer-1")


def test_a_fault_begins_and_ends_at_its_times(timeline: Timeline, handle: Handle) -> None:
    faults = timeline(kill(0.1, 0.2))
    faults.start()
    run_out(faults)
    [record] = faults.end()
    assert handle.done == ["kill", "start"]
    assert record.began_s == pytest.approx(0.1, abs=0.09)
    assert record.ended_s == pytest.approx(0.3, abs=0.15)
    assert (record.fault, record.part, record.at_s, record.for_s, record.error) == ("kill", "writer-1", 0.1, 0.2, None)


def test_ending_undoes_what_is_in_force_and_lets_nothing_begin(timeline: Timeline, handle: Handle) -> None:
    faults = timeline(kill(0, 3600), Restart(at_s=3600, part="kafka"))
    faults.start()
    while not handle.done:
        time.sleep(0.005)
    records = faults.end()
    assert handle.done == ["kill", "start"]
    assert [record.began_s is None for record in records] == [False, True]


def test_what_is_in_force_is_known_and_written_down(timeline: Timeline, handle: Handle, tmp_path: Path) -> None:
    faults = timeline(kill(0, 3600), Noop(at_s=3600, part="kafka"))
    faults.start()
    while not handle.done:
        time.sleep(0.005)
    assert [fault.part for fault in faults.in_force] == ["writer-1"]
    assert [entry["fault"] for entry in json.loads((tmp_path / "faults.json").read_text())] == ["kill"]
    faults.end()
    assert faults.in_force == []
    assert not (tmp_path / "faults.json").exists()


def test_a_fault_that_cannot_start_is_undone_and_its_error_recorded(timeline: Timeline, handle: Handle) -> None:
    handle.refuses = {"kill"}
    faults = timeline(kill(0, 0))
    faults.start()
    run_out(faults)
    [record] = faults.end()
    assert (handle.done, record.error) == (["start"], "kill refused")


def test_a_fault_that_cannot_be_written_down_does_not_start_and_says_so(
    timeline: Timeline, handle: Handle, tmp_path: Path
) -> None:
    (tmp_path / "faults.new").mkdir()
    faults = timeline(kill(0, 0))
    faults.start()
    run_out(faults)
    [record] = faults.end()
    assert "faults.new" in str(record.error)
    assert "kill" not in handle.done


def test_a_fault_that_cannot_be_undone_says_so_and_stays_in_the_journal(
    timeline: Timeline, handle: Handle, tmp_path: Path
) -> None:
    handle.refuses = {"start"}
    faults = timeline(kill(0, 0))
    faults.start()
    run_out(faults)
    [record] = faults.end()
    assert record.error == "not undone: start refused"
    assert (tmp_path / "faults.json").exists()


def test_ending_twice_gives_the_same_records(timeline: Timeline) -> None:
    faults = timeline(kill(0, 0))
    faults.start()
    run_out(faults)
    assert faults.end() == faults.end()
