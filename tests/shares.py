"""Of many cases alike a sixth is run at a time, chosen by the commit: a dozen commits have run most of them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SHARES = 6


def share_of(cases: Sequence[T], commit: str) -> Sequence[T]:
    """Every sixth case. `commit` is its hash."""
    return cases[int(commit, 16) % SHARES :: SHARES]


def head_commit(folder: Path) -> str:
    """The hash of the commit that is checked out; zeros outside of a repository."""
    command = ["git", "rev-parse", "HEAD"]  # of the path, as anybody who cloned has it
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "0" * 40
