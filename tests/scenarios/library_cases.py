"""Every way in which the library's scenarios are run: as they stand, as their broken twins, with each control."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from scenarios.controls.catalogue import CONTROLS
from scenarios.model import library

THIRDS = 3


@dataclass(frozen=True)
class Case:
    """One run, and the verdict that must fail; None where all must hold.

    `damages`: a broken part writes to the lake, of which no later run may say what it did.
    """

    scenario: str
    options: tuple[str, ...] = ()
    fails: str | None = None
    damages: bool = False

    def __str__(self) -> str:
        return "-".join([self.scenario, *self.options]).replace("---", "-")


def all_cases() -> list[Case]:
    """All of them, those of a scenario side by side."""
    cases = []
    for name in library.names():
        twin = library.load(name).broken_twin
        assert twin is not None, f"{name} has no broken twin"
        cases += [Case(name), Case(name, ("--twin",), twin.fails, twin.control is not None)]
    return cases + [
        Case(control.in_scenario, ("--control", name), control.category, True) for name, control in CONTROLS.items()
    ]


def chosen(which: str, commit: str) -> list[Case]:
    """All cases, or every third one, which third depending on the commit: three commits or so run them all."""
    cases = all_cases()
    return cases if which == "all" else cases[int(commit, 16) % THIRDS :: THIRDS]


def head_commit(folder: Path) -> str:
    """The hash of the commit that is checked out; zeros outside of a repository."""
    command = ["git", "rev-parse", "HEAD"]  # of the path, as anybody who cloned has it
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "0" * 40
