"""keystone run: a scenario, from load to verdicts."""

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from scenarios.cli.attach import check_target, target_of
from scenarios.cli.options import (
    engine_option,
    json_option,
    listen_option,
    object_store_option,
    state_dir_option,
    target_option,
    workers_option,
)
from scenarios.cli.progress import progress
from scenarios.cli.senders import senders
from scenarios.model import library, overrides
from scenarios.model.errors import ScenarioError
from scenarios.model.reading import write_scenario
from scenarios.runner.fault_journal import journal_of
from scenarios.targets.embedded.stack import ObjectStore

if TYPE_CHECKING:
    from reports.record import RunRecord
    from scenarios.runner.plan import Plan

EXIT = {"passed": 0, "failed": 1, "inconclusive": 4}


@click.command()
@click.argument("scenario", metavar="NAME|FILE")
@target_option
@click.option(
    "--events",
    help="What to send in place of the scenario's: olist (or generated), olist:N, csv:DIR, jsonl:FILE, parquet:FILE.",
)
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Change a key: phases.0.rate_per_s=500.")
@click.option("--short", is_flag=True, help="Squeeze the load into 10 s.")
@click.option("--twin", is_flag=True, help="Run the scenario's broken twin, which must fail.")
@click.option(
    "--control", "control_name", metavar="CONTROL", help="Replace a part by a broken one: `keystone controls`."
)
@engine_option
@workers_option
@listen_option
@click.option("--keep", is_flag=True, help="Leave the stack running afterwards; `keystone down` ends it.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the record.  [default: runs/ID]"
)
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write the verdicts as JUnit XML, too.")
@click.option("--dry-run", is_flag=True, help="Print the scenario as it would run, and run nothing.")
@object_store_option
@state_dir_option
@json_option
def run(
    scenario: str,
    target: str,
    events: str | None,
    settings: tuple[str, ...],
    short: bool,
    twin: bool,
    control_name: str | None,
    engine: Literal["native", "locust"],
    workers: int,
    listen: str | None,
    keep: bool,
    out: Path | None,
    junit: Path | None,
    dry_run: bool,
    object_store: ObjectStore | None,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Run a scenario: one of `keystone scenarios`, or a file. A stack is started unless one runs in the state folder.

    \b
    keystone run quickstart
    keystone run writer-killed --set phases.0.rate_per_s=500 --junit verdicts.xml
    keystone run quickstart --control drop     must fail: a broken writer loses events
    keystone run quickstart --engine locust --workers 2
    """
    plan, must_fail = _plan(scenario, events, settings, short=short, twin=twin, control_name=control_name)
    if engine == "locust" and plan.scenario.retries:
        raise click.UsageError(
            f"retries is {plan.scenario.retries}, and Locust's users send each event once: "
            "use --engine native or --set retries=0"
        )
    plan = plan.sent_by(senders(engine, workers, listen))
    check_target(target)
    if plan.out_of_reach is not None:
        _warn(f"this cannot pass: {plan.out_of_reach}")
    if dry_run:
        click.echo(json.dumps(_dry_json(plan), indent=2) if as_json else _dry(plan))
        return
    if out is not None and (out / "run.json").exists():
        raise click.UsageError(f"{out} holds the record of another run; choose another folder")
    for folder in filter(None, (out or Path("runs"), junit and junit.absolute().parent)):
        _writable(folder)
    into = out or Path("runs") / plan.id
    with (
        target_of(target, plan, state_dir, keep, object_store) as found,
        journal_of(found) as journal,
        progress() as show,
    ):
        from scenarios.runner.one_run import run_once  # noqa: PLC0415 - seconds of imports

        record = run_once(plan, found, journal, into, show, _warn)
    _report(record, into, junit, as_json)
    if must_fail is not None:
        click.echo(f"keystone: {_caught(record, must_fail)}", err=True)
    sys.exit(EXIT[record.outcome or "failed"])


def _plan(
    name: str, events: str | None, settings: tuple[str, ...], *, short: bool, twin: bool, control_name: str | None
) -> "tuple[Plan, str | None]":
    """What the command line asks for, and the verdict that must fail, if one must.

    Raises:
        ScenarioError, LoadgenError: it is not possible.
    """
    from scenarios.controls.catalogue import CONTROLS  # noqa: PLC0415 - usage errors need not wait for imports
    from scenarios.runner.plan import plan_run  # noqa: PLC0415 - likewise

    found = library.load(name)
    broken = found.broken_twin
    if twin and broken is not None and control_name is None:
        control_name = broken.control
    found = overrides.twin(found) if twin else found
    if control_name is not None and control_name not in CONTROLS:
        raise ScenarioError(f"control is {control_name!r}, allowed are {', '.join(CONTROLS)}")
    found = overrides.override(found, [*settings, *([f"events={json.dumps(events)}"] if events is not None else [])])
    found = overrides.short(found) if short else found
    control = CONTROLS[control_name] if control_name else None
    must_fail = broken.fails if twin and broken is not None else control.category if control else None
    return plan_run(found, control), must_fail


def _dry(plan: "Plan") -> str:
    scenario = plan.scenario
    some = "on average" if scenario.arrivals == "poisson" else "at most"
    lines = [f"# {scenario.name}: {scenario.planned_events:,} events {some} in {scenario.duration_s:g} s"]
    if plan.control is not None:
        lines.append(f"# control {plan.control.name}: {plan.control.story}")
    return "\n".join([*lines, write_scenario(scenario).rstrip()])


def _dry_json(plan: "Plan") -> dict[str, Any]:
    return {
        "scenario": plan.scenario.model_dump(mode="json"),
        "control": plan.control and plan.control.name,
        "planned_events": plan.scenario.planned_events,
        "duration_s": plan.scenario.duration_s,
    }


def _warn(text: str) -> None:
    click.echo(f"keystone: {text}", err=True)


def _report(record: "RunRecord", folder: Path, junit: Path | None, as_json: bool) -> None:
    from reports.junit import junit_xml  # noqa: PLC0415 - likewise
    from reports.page.report import FILE  # noqa: PLC0415 - likewise
    from reports.summary import summary  # noqa: PLC0415 - likewise

    click.echo(record.to_json().rstrip() if as_json else summary(record))
    if junit is not None:
        junit.write_text(junit_xml(record))
    click.echo(f"keystone: written to {folder}; the page to look at is {folder / FILE}", err=True)


def _caught(record: "RunRecord", must_fail: str) -> str:
    """Whether what is broken on purpose was caught."""
    passed = next((verdict.passed for verdict in record.verdicts if verdict.name == must_fail), True)
    if passed is None:
        return f"{must_fail} must fail here, and could not be judged"
    return f"{must_fail} must fail here, and {'DID NOT: the verdict saw nothing' if passed else 'did'}"


def _writable(folder: Path) -> None:
    """Make the folder if need be; better found out before the run than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise click.UsageError(f"cannot write into {folder}: {error.strerror}; choose another folder") from None
