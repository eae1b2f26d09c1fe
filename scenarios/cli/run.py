"""keystone run: a scenario, from load to verdicts."""

import contextlib
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadgen.source import open_source
from scenarios.cli.options import json_option, state_dir_option
from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.errors import TargetError

if TYPE_CHECKING:
    from scenarios.quickstart import RunResult

SCENARIOS = ("quickstart",)


def _finite(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no rate, allowed is a number above 0")
    return value


@click.command()
@click.argument("scenario", type=click.Choice(SCENARIOS))
@click.option(
    "--events",
    default="generated:8000",
    show_default=True,
    help="Where events come from: csv:DIR (the Olist files as published) or generated:N.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=2000.0,
    show_default=True,
    help="Events/s.",
    callback=_finite,
)
@click.option("--shift-dates", is_flag=True, help="Every order is purchased now, its other dates move along.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of generated events.")
@click.option("--keep", is_flag=True, help="Leave the stack running afterwards; `keystone down` ends it.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for run.json.  [default: runs/ID]"
)
@state_dir_option
@json_option
def run(
    scenario: str,  # noqa: ARG001 - there is one so far
    events: str,
    rate: float,
    shift_dates: bool,
    seed: int,
    keep: bool,
    out: Path | None,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Run SCENARIO: start a stack unless one runs in the state folder, send, drain, count, judge.

    \b
    quickstart   all events once, at a constant rate, nothing broken
    """
    source = open_source(events, seed=seed, shift_to=datetime.now().replace(microsecond=0) if shift_dates else None)  # noqa: DTZ005 - orders carry local times
    from scenarios.quickstart import run_quickstart  # noqa: PLC0415 - seconds of imports that usage errors need not wait for

    folder = _writable(out or Path("runs"))
    with _stack(state_dir, keep) as target, _progress() as progress:
        result = run_quickstart(target, source, rate, progress)
    click.echo(json.dumps(result.to_json(), indent=2) if as_json else _summary(result))
    folder = out or folder / result.id
    try:
        result.write(folder)
    except OSError as error:
        raise TargetError(f"cannot write the result into {folder}: {error.strerror}") from error
    click.echo(f"keystone: written to {folder}", err=True)
    sys.exit(0 if result.passed else 1)


def _writable(folder: Path) -> Path:
    """The folder, made if need be; better found out before the run than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise click.UsageError(f"cannot write into {folder}: {error.strerror}; choose another with --out") from None
    return folder


@contextlib.contextmanager
def _stack(state_dir: Path, keep: bool) -> Iterator[EmbeddedTarget]:
    """The stack that runs already, or one for this run alone."""
    if StateDir(state_dir).is_running():
        found = EmbeddedTarget.attach(state_dir)
        for part in found.status().parts:
            if part.state != "running":
                click.echo(
                    f"keystone: {part.name} is {part.state}; start it with: keystone start {part.name}", err=True
                )
        yield found
        return
    target = EmbeddedTarget.start(state_dir, say=lambda text: click.echo(f"keystone: {text}", err=True))
    try:
        yield target
        if keep:
            target.keep()
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            target.down()


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """Shows one line that changes on a terminal; elsewhere a line a phase."""
    terminal = sys.stderr.isatty()
    last = ""

    def show(text: str) -> None:
        nonlocal last
        phase = text.partition(" ")[0]
        if terminal:
            click.echo(f"\r\033[K{text}", nl=False, err=True)
        elif phase != last:
            click.echo(f"keystone: {text}", err=True)
        last = phase

    try:
        yield show
    finally:
        if terminal:
            click.echo("\r\033[K", nl=False, err=True)


def _summary(result: "RunResult") -> str:
    log, ledger = result.log, result.ledger
    latency = log.latency
    lines = [
        ("sent", f"{log.planned:,}"),
        ("acked", f"{log.ok:,}"),
        ("failed", f"{log.failed:,}"),
        ("unknown", f"{log.unknown:,}"),
        ("bronze", f"{ledger.bronze:,}"),
        ("silver", f"{ledger.silver:,}"),
        ("quarantine", f"{ledger.quarantine:,}"),
        *([("of others", f"{ledger.foreign:,} rows of bronze")] if ledger.foreign else []),
        ("lost", f"{ledger.lost:,}"),
        ("duplicated", f"{ledger.duplicated:,}"),
        ("sum of price", f"{ledger.price_silver:,} in silver, {ledger.price_sent:,} sent"),
        ("ack latency", f"p50 {latency.p50_ms:.1f} ms, p99 {latency.p99_ms:.1f} ms" if latency else "no event acked"),
        ("rate held", f"{log.rate_held or 0:,.0f} acked/s of {log.rate:,.0f}/s planned"),
    ]
    shown = [f"{name:<13} {value}" for name, value in lines]
    failed = [f"FAILED {v.name}: {v.observed}, expected {v.expected}" for v in result.verdicts if not v.passed]
    return "\n".join([*shown, *failed, "passed" if result.passed else "failed"])
