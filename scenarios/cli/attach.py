"""The stack that a command is about, whole: what a killed run left broken is mended first."""

from pathlib import Path

import click

from scenarios.cli.options import EMBEDDED
from scenarios.runner.fault_journal import FaultJournal
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.endpoints.target import EndpointsTarget
from scenarios.targets.handles import TargetPart
from scenarios.targets.interface import Endpoints


def endpoints_of(target: str, state_dir: Path) -> Endpoints:
    """Of the stack that runs in `state_dir`, or of one that a file names.

    Raises:
        TargetError, InvalidScenario: there is none.
    """
    found = attach(state_dir) if target == EMBEDDED else EndpointsTarget(Path(target))
    return found.status().endpoints


def attach(state_dir: Path) -> EmbeddedTarget:
    """The stack that runs in `state_dir`.

    Raises:
        TargetError: none does, or a part cannot be made whole.
    """
    target = EmbeddedTarget.attach(state_dir)
    journal = FaultJournal(state_dir)
    for mended in journal.mend(lambda name: TargetPart(target, name), lambda: target.configure(None)):
        click.echo(f"keystone: undid what a run that was killed had left: {mended}", err=True)
    return target
