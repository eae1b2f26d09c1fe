"""keystone ls, show, report and audit: runs that are over."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.cli.attach import endpoints_of
from scenarios.cli.options import json_option, state_dir_option, target_option
from scenarios.targets.errors import TargetError

if TYPE_CHECKING:
    from reports.record import Ledger, RunRecord

runs_dir_option = click.option(
    "--runs-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder of run records.",
)


@click.command("ls")
@runs_dir_option
@json_option
def list_runs(runs_dir: Path, as_json: bool) -> None:
    """All runs on record, the oldest first."""
    records = sorted((record for _, record in _records(runs_dir)), key=lambda record: record.started_at)
    rows = [
        {
            "id": record.id,
            "scenario": record.scenario,
            "control": record.control,
            "target": record.target,
            "started_at": record.started_at.isoformat(timespec="seconds"),
            "events": record.events.sent,
            "outcome": record.outcome,
        }
        for record in records
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        control = f"  control {row['control']}" if row["control"] else ""
        click.echo(f"{row['started_at']}  {row['outcome']!s:<12}  {row['events']:>9,} events  {row['id']}{control}")
    if not rows:
        click.echo(f"keystone: no runs in {runs_dir}; make one with: keystone run quickstart", err=True)


@click.command()
@click.argument("run")
@click.option("--verdicts", is_flag=True, help="Every verdict, not only those that did not pass.")
@runs_dir_option
@json_option
def show(run: str, verdicts: bool, runs_dir: Path, as_json: bool) -> None:
    """What RUN measured and how it was judged. RUN is an id of `keystone ls`, the beginning of one, or a folder."""
    from reports.summary import summary, verdict_lines  # noqa: PLC0415 - usage errors need not wait for imports

    record = _read(_folder(run, runs_dir))
    if as_json:
        click.echo(record.to_json().rstrip())
        return
    click.echo(summary(record))
    if verdicts:
        click.echo(verdict_lines(record))


@click.command()
@click.argument("run", required=False)
@runs_dir_option
def report(run: str | None, runs_dir: Path) -> None:
    """Write RUN's report.html anew, and the index of all runs beside them; without RUN all reports."""
    from reports.page.report import FILE  # noqa: PLC0415 - seconds of imports
    from scenarios.runner.report import write_index, write_report  # noqa: PLC0415 - likewise

    if not run and not runs_dir.is_dir():
        raise click.UsageError(f"there is no folder {runs_dir}; --runs-dir says where runs are")
    all_records = _records(runs_dir)
    problems = []
    for folder, record in [_named(run, runs_dir)] if run else all_records:
        try:
            write_report(record, folder)
            click.echo(folder / FILE)
        except (OSError, ValueError) as error:
            problems.append(f"{folder} lacks what a report is made of: {error}")
    if runs_dir.is_dir():
        try:
            click.echo(write_index({folder.name: record for folder, record in all_records}, runs_dir))
        except OSError as error:
            problems.append(f"no index can be written into {runs_dir}: {error.strerror}")
    if problems:
        raise TargetError("\n".join(problems))


@click.command()
@click.argument("run", required=False)
@click.option("--stack", is_flag=True, help="Audit all that the running stack's lake has of its topic, no run.")
@runs_dir_option
@target_option
@state_dir_option
@json_option
def audit(run: str | None, stack: bool, runs_dir: Path, target: str, state_dir: Path, as_json: bool) -> None:
    """Count the lake of the running stack again: all of RUN, or with --stack all there is.

    Exit code 1 if something is not in exactly one place, or not as it was sent; 4 if nothing of that kind was found,
    and --stack was asked while the writers are behind: what they have not written yet cannot be judged.
    """
    if stack == (run is not None):
        raise click.UsageError("either a RUN or --stack; `keystone ls` lists the runs")
    from scenarios.audit.allocation import give_memory_back  # noqa: PLC0415 - seconds of imports

    give_memory_back()
    from scenarios.runner.audit_again import audit_run, audit_stack  # noqa: PLC0415 - likewise
    from scenarios.verdicts.ledger import is_in_one_place, judge_ledger  # noqa: PLC0415 - with the rest

    folder = None if run is None else _folder(run, runs_dir)
    record = None if folder is None else _read(folder)
    endpoints = endpoints_of(target, state_dir)
    behind = 0
    if folder is None or record is None:
        audited = audit_stack(endpoints)
        ledger, behind = audited.ledger, audited.behind
        wrong = [] if is_in_one_place(ledger) else ["not every record is in exactly one place"]
    else:
        ledger = audit_run(endpoints, folder, record)
        judged = judge_ledger(record.model_copy(update={"ledger": ledger}))
        wrong = [f"{v.name}: {v.observed}, expected {v.expected}" for v in judged if not v.passed]
    said = wrong or [f"every record {'that is written ' if behind else ''}is in exactly one place"]
    click.echo(ledger.model_dump_json(indent=2) if as_json else "\n".join([*_ledger(ledger), *said]))
    if behind:
        click.echo(
            f"keystone: {behind:,} records more are in Kafka and not written yet; once they are, ask again", err=True
        )
    raise SystemExit(1 if wrong else 4 if behind else 0)


def _ledger(ledger: "Ledger") -> list[str]:
    counts = {name: value for name, value in ledger if name != "offenders"}
    lines = [f"{name:<22} {value:,}" for name, value in counts.items()]
    lines += [
        f"{name}: event {o.seq}, partition {o.partition} offset {o.offset}, {o.what}, file {o.file or 'none'}"
        for name, offenders in ledger.offenders.items()
        for o in offenders
    ]
    return lines


def _folder(run: str, runs_dir: Path) -> Path:
    """The folder of a run.

    Raises:
        UsageError: none, or several, go by that name.
    """
    for folder in (Path(run), runs_dir / run):
        if (folder / "run.json").is_file():
            return folder
    found = sorted(path.parent for path in runs_dir.glob("*/run.json") if path.parent.name.startswith(run))
    if len(found) == 1:
        return found[0]
    known = ", ".join(path.name for path in found) or f"see `keystone ls --runs-dir {runs_dir}`"
    raise click.UsageError(f"{'several runs are' if found else 'no run is'} called {run!r}: {known}")


def _named(run: str, runs_dir: Path) -> "tuple[Path, RunRecord]":
    folder = _folder(run, runs_dir)
    return folder, _read(folder)


def _read(folder: Path) -> "RunRecord":
    from reports.record import first_problem, read_record  # noqa: PLC0415 - usage errors need not wait for imports

    try:
        return read_record(folder)
    except (OSError, ValueError) as error:
        file, problem = folder / "run.json", first_problem(error)
        raise TargetError(f"{file} is no run record that this version reads: {problem}") from error


def _records(runs_dir: Path) -> list[tuple[Path, "RunRecord"]]:
    """All that can be read, with their folders; of the others it is said that they cannot."""
    from reports.record import read_record  # noqa: PLC0415 - usage errors need not wait for imports

    found = []
    for path in sorted(runs_dir.glob("*/run.json")):
        try:
            found.append((path.parent, read_record(path.parent)))
        except (OSError, ValueError):
            click.echo(f"keystone: {path} is no run record that this version reads", err=True)
    return found
