"""A state folder belongs to one stack, and what is not a stack's is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.targets.embedded.state_dir import MARKER, StateDir
from scenarios.targets.errors import TargetError


def test_what_an_earlier_stack_left_is_discarded_whole(tmp_path: Path) -> None:
    (tmp_path / MARKER).touch()
    (tmp_path / "kafka" / "data").mkdir(parents=True)
    (tmp_path / "stack.json").write_text("half a fi")
    StateDir(tmp_path).claim()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [MARKER, "logs"]


def test_a_folder_that_is_no_stacks_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(TargetError, match="will not be overwritten"):
        StateDir(tmp_path).claim()
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_link_in_an_old_folder_is_removed_and_its_goal_is_not(tmp_path: Path) -> None:
    goal = tmp_path / "elsewhere"
    goal.mkdir()
    (goal / "file").touch()
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / MARKER).touch()
    (folder / "link").symlink_to(goal)
    StateDir(folder).claim()
    assert not (folder / "link").exists()
    assert (goal / "file").exists()


def test_a_folder_in_use_is_refused_and_free_again_when_its_owner_ends(tmp_path: Path) -> None:
    claim = "import sys, pathlib; from scenarios.targets.embedded.state_dir import StateDir\n"
    claim += "StateDir(pathlib.Path(sys.argv[1])).claim()"
    subprocess.run([sys.executable, "-c", claim, str(tmp_path / "state")], check=True)
    owner = StateDir(tmp_path / "state")
    owner.claim()
    assert owner.is_running()
    with pytest.raises(TargetError, match="already runs in"):
        StateDir(tmp_path / "state").claim()


def test_a_folder_that_never_was_has_no_stack(tmp_path: Path) -> None:
    assert not StateDir(tmp_path / "nothing").is_running()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TargetError, match="is a file"):
        StateDir(tmp_path / "file").claim()


def test_the_credentials_are_for_their_owner_alone(tmp_path: Path) -> None:
    state = StateDir(tmp_path / "state")
    state.claim()
    state.write_stack({"secret": "x"})
    assert state.stack_file.stat().st_mode & 0o077 == 0
