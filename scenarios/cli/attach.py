"""The target that a command is about, whole: what a killed run left broken is mended first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.cli.options import EMBEDDED
from scenarios.runner.fault_journal import FaultJournal
from scenarios.targets.embedded.stack import ObjectStore
from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.endpoints.target import EndpointsTarget
from scenarios.targets.errors import TargetError
from scenarios.targets.handles import TargetPart
from scenarios.targets.interface import Endpoints, Target, TargetStatus

if TYPE_CHECKING:
    from scenarios.runner.plan import Plan


def endpoints_of(target: str, state_dir: Path) -> Endpoints:
    """Of the stack that runs in `state_dir`, or of one that a file names.

    Raises:
        TargetError, InvalidScenario: there is none.
    """
    found = attach(state_dir) if target == EMBEDDED else EndpointsTarget(Path(target))
    status = found.status()
    _say_what_is_away(status)
    return status.endpoints


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


def check_target(name: str) -> None:
    """Read the file that names a target, if one does.

    Raises:
        InvalidScenario: it cannot be.
    """
    if name != EMBEDDED:
        EndpointsTarget(Path(name))


@contextmanager
def target_of(
    name: str, plan: "Plan", state_dir: Path, keep: bool, object_store: ObjectStore | None
) -> Iterator[Target]:
    """Where to run a plan. What the target cannot do is said before anything is sent.

    Args:
        keep: leave a stack that was started for the run running.
        object_store: of a stack that is started; one that runs must have it, if given.

    Raises:
        TargetError, InvalidScenario: there is no such target.
        click.UsageError: it cannot be what was asked for.
    """
    if name == EMBEDDED:
        with a_stack(state_dir, keep, object_store) as stack:
            yield stack
        return
    if plan.control is not None:
        raise click.UsageError("a control takes the place of a part, and this target's parts are out of reach")
    if keep or object_store:
        raise click.UsageError(
            "--keep and --object-store are for a stack that is started, and --target names one that runs"
        )
    elsewhere = EndpointsTarget(Path(name))
    for what, why in plan.skipped_on(elsewhere).items():
        click.echo(f"keystone: skipped, {what}: {why}", err=True)
    yield elsewhere


def _say_what_is_away(status: TargetStatus) -> None:
    for part in status.parts:
        if part.state != "running":
            click.echo(f"keystone: {part.name} {_away(part.state)}; {_remedy(part.name, status.state_dir)}", err=True)


def _away(state: str) -> str:
    return "has died" if state == "died" else f"is {state}"


def _remedy(part: str, state_dir: str) -> str:
    state = StateDir(Path(state_dir))
    if part == "aws":
        return f"the lake's catalog is gone with it: end the stack with: {state.command('down')}"
    return f"start it with: {state.command(f'start {part}')}"


@contextmanager
def a_stack(state_dir: Path, keep: bool, object_store: ObjectStore | None = None) -> Iterator[EmbeddedTarget]:
    """The stack that runs already, or one for this command alone, unless it is to be kept.

    Raises:
        TargetError: there is none, and none can be started.
        click.UsageError: the one that runs has another object store.
    """
    if StateDir(state_dir).is_running():
        found = attach(state_dir)
        present = found.status().object_store or ""
        if object_store not in (None, present.partition(" ")[0]):
            raise click.UsageError(
                f"--object-store is {object_store}, and the stack that runs in {state_dir} has {present}; end it with "
                f"`{StateDir(state_dir).command('down')}`, or choose another folder with --state-dir"
            )
        _say_what_is_away(found.status())
        yield found
        return
    target = EmbeddedTarget.start(
        state_dir, object_store=object_store or "moto", say=lambda text: click.echo(f"keystone: {text}", err=True)
    )
    try:
        yield target
    except TargetError:
        # What went wrong may be looked at, unless it was the stack.
        keep = keep and StateDir(state_dir).is_running()
        raise
    except BaseException:
        keep = False
        raise
    finally:
        if keep:
            target.keep()
            click.echo(f"keystone: the stack is kept; to end it: {StateDir(state_dir).command('down')}", err=True)
        else:
            target.down()
