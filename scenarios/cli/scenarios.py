"""keystone scenarios, validate, init, schema: what there is to run, and help with one's own."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from scenarios.cli.options import json_option
from scenarios.model import json_schema, library
from scenarios.model.allowed import did_you_mean
from scenarios.model.errors import InvalidScenario, Place, Problem
from scenarios.model.reading import read_scenario
from scenarios.model.template import TEMPLATE, write_template


@click.command()
@json_option
def scenarios(as_json: bool) -> None:
    """List the scenarios that come with the project."""
    stories = {name: library.load(name).story for name in library.names()}
    if as_json:
        click.echo(json.dumps([{"name": name, "story": story} for name, story in stories.items()], indent=2))
        return
    width = max(map(len, stories))
    for name, story in stories.items():
        click.echo(f"{name:<{width}}  {story}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@json_option
def validate(files: Sequence[Path], as_json: bool) -> None:
    """Check scenario files. Prints everything that is wrong with them; then the exit code is 2."""
    problems = {file: _problems(file) for file in files}
    found = [problem for file in problems.values() for problem in file]
    if as_json:
        click.echo(json.dumps([problem.to_json() for problem in found], indent=2))
    else:
        for file, wrong in problems.items():
            for problem in wrong:
                click.echo(str(problem), err=True)
            if not wrong:
                click.echo(f"{file}: valid")
    sys.exit(2 if found else 0)


@click.command()
@click.argument("file", default="scenario.yaml", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def init(file: Path, force: bool) -> None:
    """Write a scenario to begin with, every key explained, to FILE (scenario.yaml unless given; - for stdout)."""
    if str(file) == "-":
        click.echo(TEMPLATE.read_text(encoding="utf-8"), nl=False)
        return
    write_template(file, replace=force)
    click.echo(f"keystone: written to {file}; check it with: keystone validate {file}", err=True)


@click.group()
def schema() -> None:
    """Print the JSON Schema of a kind of file."""


@schema.command("scenario")
def scenario_schema() -> None:
    """The JSON Schema (2020-12) of scenario files."""
    click.echo(json.dumps(json_schema.json_schema(), indent=2))


@schema.command("run")
def run_schema() -> None:
    """The JSON Schema (2020-12) of run records, run.json."""
    from reports.record import record_schema  # noqa: PLC0415 - the other commands need none of it

    click.echo(json.dumps(record_schema(), indent=2))


def _problems(file: Path) -> list[Problem]:
    from scenarios.controls.catalogue import CONTROLS  # noqa: PLC0415 - the other commands need none of it

    try:
        twin = read_scenario(file).broken_twin
    except InvalidScenario as error:
        return error.problems
    if twin is None or twin.control is None or twin.control in CONTROLS:
        return []
    key, known = "broken_twin.control", ", ".join(CONTROLS)
    hint = did_you_mean(twin.control, CONTROLS)
    text = f"{key} is {twin.control!r}, allowed is one of {known}{hint}"
    return [Problem(Place(str(file)), text, key, twin.control, known)]
