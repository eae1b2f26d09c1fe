"""What is broken on purpose is written down first, and mended by whoever comes after a run that was killed."""

import json
import multiprocessing
import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from chaos.kill import Kill
from chaos.restart import Restart
from scenarios.runner.fault_journal import FaultJournal
from scenarios.targets.errors import TargetError
from tests.scenarios.runner.conftest import Handle

KILL = Kill(at_s=1, for_s=2, part="writer-1")
RESTART = Restart(at_s=1, for_s=2, part="kafka")


def mend(folder: Path, handle: Handle) -> list[str]:
    return FaultJournal(folder).mend(lambda _name: handle, lambda: handle.done.append("restore"))


def break_and_die(folder: Path) -> None:
    with FaultJournal(folder).claimed() as journal:
        journal.add_pipeline()
        journal.add(KILL)
        os.kill(os.getpid(), signal.SIGKILL)


def leave_broken(folder: Path) -> None:
    """As a run that is killed in mid-fault does."""
    process = multiprocessing.get_context("spawn").Process(target=break_and_die, args=(folder,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def test_what_a_killed_run_left_is_undone_once(tmp_path: Path, handle: Handle) -> None:
    leave_broken(tmp_path)
    assert mend(tmp_path, handle) == ["kill of writer-1", "the pipeline's settings"]
    assert handle.done == ["start", "restore"]
    assert mend(tmp_path, handle) == []


def test_a_run_that_lives_is_left_alone(tmp_path: Path, handle: Handle) -> None:
    with FaultJournal(tmp_path).claimed() as journal:
        journal.add(KILL)
        assert mend(tmp_path, handle) == []
    assert handle.done == []


def test_a_second_run_on_the_same_stack_is_refused(tmp_path: Path) -> None:
    with (
        FaultJournal(tmp_path).claimed(),
        pytest.raises(TargetError, match="another run is under way"),
        FaultJournal(tmp_path).claimed(),
    ):
        pass


def test_what_cannot_be_undone_stays_for_the_next_command(tmp_path: Path, handle: Handle) -> None:
    leave_broken(tmp_path)
    handle.refuses = {"start"}
    with pytest.raises(TargetError, match="kill of writer-1: start refused"):
        mend(tmp_path, handle)
    assert handle.done == ["restore"]  # what else there was
    handle.refuses = set()
    assert mend(tmp_path, handle) == ["kill of writer-1"]


def test_a_target_that_refuses_is_heard(tmp_path: Path, handle: Handle) -> None:
    leave_broken(tmp_path)

    def refuse() -> None:
        raise TargetError("writer-1 was not ready")

    with pytest.raises(TargetError, match="the pipeline's settings: writer-1 was not ready"):
        FaultJournal(tmp_path).mend(lambda _name: handle, refuse)
    assert mend(tmp_path, handle) == ["the pipeline's settings"]


def test_of_two_equal_faults_one_is_removed_at_a_time(tmp_path: Path) -> None:
    with FaultJournal(tmp_path).claimed() as journal:
        journal.add(KILL)
        journal.add(KILL)
        journal.remove(KILL)
        assert len(json.loads((tmp_path / "faults.json").read_text())) == 1


def test_nothing_is_left_when_every_fault_was_undone(tmp_path: Path) -> None:
    with FaultJournal(tmp_path).claimed() as journal:
        journal.add(KILL)
        journal.add(RESTART)
        journal.remove(KILL)
        assert [entry["fault"] for entry in json.loads((tmp_path / "faults.json").read_text())] == ["restart"]
        journal.remove(RESTART)
    assert not (tmp_path / "faults.json").exists()


def test_a_stack_where_nothing_was_broken_is_not_touched(tmp_path: Path, handle: Handle) -> None:
    assert mend(tmp_path, handle) == []
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_goes_while_it_is_looked_at_holds_nothing(
    tmp_path: Path, handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_broken(tmp_path)
    journal = FaultJournal(tmp_path)
    claimed = journal.claimed

    def claimed_after_its_run_ended() -> AbstractContextManager[FaultJournal]:
        (tmp_path / "faults.json").unlink()
        return claimed()

    monkeypatch.setattr(journal, "claimed", claimed_after_its_run_ended)
    assert journal.mend(lambda _name: handle, lambda: handle.done.append("restore")) == []
    assert handle.done == []
