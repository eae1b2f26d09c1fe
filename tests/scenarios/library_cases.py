"""Every way in which the library's scenarios are run: as they stand, as their broken twins, with each control."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.controls.catalogue import CONTROLS
from scenarios.model import library
from tests.shares import share_of


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


def chosen(which: str, commit: str) -> Sequence[Case]:
    """All cases, or a sixth of them."""
    return all_cases() if which == "all" else share_of(all_cases(), commit)
