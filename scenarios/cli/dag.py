"""keystone dag: days on their way from silver to gold."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenarios.cli.attach import endpoints_of
from scenarios.cli.options import json_option, state_dir_option, target_option
from scenarios.targets.errors import TargetError

if TYPE_CHECKING:
    from scenarios.targets.days import Days, State

HELD = 1
INTERRUPTED = 130


class _Day(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; allowed is one such as 2018-05-24", param, ctx)


DAY = _Day()
rules_option = click.option(
    "--rules", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="A file of rules of one's own."
)


@click.group()
def dag() -> None:
    """Take days of purchase from silver to gold: mark them as complete, check them, quarantine their bad rows."""


@dag.command()
@click.option("--day", "days", type=DAY, multiple=True, help="Only this one; may be given several times.")
@click.option("--live", is_flag=True, help="Only days that ended an hour ago and that Kafka holds nothing more of.")
@target_option
@state_dir_option
@json_option
def mark(days: Sequence[date], live: bool, target: str, state_dir: Path, as_json: bool) -> None:
    """Say that days are complete, and anew of those that rows came for since.

    Without --live, of every day that silver has rows of: for a load that is over. It is refused while Kafka has records
    that are not in the lake yet.
    """
    target_days = _days(target, state_dir)
    written = target_days.mark(days, "live" if live else "drained")
    missing = sorted(set(days) - set(target_days.marked())) if days else []
    found = [{"day": str(one.day), "generation": one.generation, "rows": one.rows, "late_rows": one.late_rows}
             for one in written]  # fmt: skip
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for one in found:
            click.echo("{day}  generation {generation}  {rows:>9,} rows, {late_rows:,} of them late".format(**one))
    if missing:
        why = "silver has no rows of it, or it is not complete yet" if live else "silver has no rows of it"
        raise TargetError(f"{missing[0]} has no marker: {why}")
    if not found and not as_json:
        _note("nothing to mark: every complete day that silver has rows of has its marker")


@dag.command()
@click.option("--day", "days", type=DAY, multiple=True, help="This one, even if it was; may be given several times.")
@rules_option
@target_option
@state_dir_option
@json_option
def run(days: Sequence[date], rules: Path | None, target: str, state_dir: Path, as_json: bool) -> None:
    """Run the DAG in this process, for every marked day whose newest generation was not checked yet.

    Exit codes: 0 all is in gold, 1 a day is held, 2 a wrong option or setting, 3 a run failed or nobody answers, 130
    Ctrl-C. What was done stays, and may be done again.
    """
    found = _days(target, state_dir)
    _prepare(found, rules)
    due = days or found.pending()
    if not due:
        _note("no day is due: none is marked that was not checked; see keystone dag mark")
    _run(found, due, as_json)


@dag.command()
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@rules_option
@target_option
@state_dir_option
@json_option
def backfill(first: date, last: date, rules: Path | None, target: str, state_dir: Path, as_json: bool) -> None:
    """Run the DAG again for every marked day from FIRST to LAST, in order: after rules have changed, or a repair.

    Exit codes are those of `keystone dag run`; a run that fails does not keep the days behind it from theirs.
    """
    if last < first:
        raise click.UsageError(f"LAST is {last}, allowed is {first}, which is FIRST, or later")
    found = _days(target, state_dir)
    _prepare(found, rules)
    every = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    marked = sorted(every & set(found.marked()))
    if not marked:
        _note(f"no day from {first} to {last} is marked; see keystone dag mark")
    _run(found, marked, as_json)


@dag.command()
@target_option
@state_dir_option
@json_option
def days(target: str, state_dir: Path, as_json: bool) -> None:
    """How far each day is: its rows, how many fail which rule, and where it went."""
    found = _days(target, state_dir).states()
    if as_json:
        click.echo(json.dumps([_plain(state) for state in found], indent=2))
        return
    in_gold: dict[date, int] = {}
    for state in found:
        kept = f", gold keeps generation {in_gold[state.day]}" if state.route == "held" and state.day in in_gold else ""
        click.echo(f"{_line(state)}{kept}")
        if state.gold_ns:
            in_gold[state.day] = state.generation
    if not found:
        _note("no day was checked yet; see keystone dag run")


@dag.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@json_option
def rules(file: Path | None, as_json: bool) -> None:
    """Check FILE, rules of one's own, and show what breaks each of them in SQL; without FILE the project's.

    Exit code 2 if it says what is not allowed.
    """
    from scenarios.targets.days import rules_in_sql  # noqa: PLC0415 - a second of imports

    found = rules_in_sql(file)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    width = max(map(len, found))
    for name, condition in found.items():
        click.echo(f"{name:<{width}}  {condition}")


def _note(text: str) -> None:
    click.echo(f"keystone: {text}", err=True)


def _prepare(found: "Days", rules: Path | None) -> None:
    if rules is not None:
        found.use_rules(rules)
    found.check()


def _run(found: "Days", days: Sequence[date], as_json: bool) -> None:
    ended: list[State] = []
    failed: list[date] = []
    is_interrupted = False
    try:
        _run_each(found, days, as_json, ended, failed)
    except KeyboardInterrupt:
        is_interrupted = True
    if as_json:
        click.echo(json.dumps([_plain(state) for state in ended], indent=2))
    if is_interrupted:
        _note("interrupted")
        sys.stdout.flush()
        # Airflow's own API in this process waits at the interpreter's end for what was interrupted: ten seconds, and
        # then a traceback.
        os._exit(INTERRUPTED)
    if failed:
        raise TargetError(f"{len(failed)} of {len(days)} days failed, the first {failed[0]}")
    if any(state.route == "held" for state in ended):
        click.get_current_context().exit(HELD)


def _run_each(found: "Days", days: Sequence[date], as_json: bool, ended: "list[State]", failed: list[date]) -> None:
    """Enter the days that come to an end, and those that fail; each is told of as soon as it has."""
    for day, state, why in found.run(days, say=_note):
        if state is not None:
            ended.append(state)
            if not as_json:
                click.echo(_line(state))
        if why is not None:
            failed.append(day)
            _note(f"{day} is where it belongs, but its run failed: {why}" if state else f"{day} failed: {why}")


def _days(target: str, state_dir: Path) -> "Days":
    endpoints = endpoints_of(target, state_dir)
    from scenarios.targets.days import Days  # noqa: PLC0415 - a second of imports

    return Days(endpoints, state_dir / "airflow")


def _line(state: "State") -> str:
    went = {"clean": "all in gold", "quarantine": "the others in gold", "held": "the day is held"}[state.route]
    unless_yet = "" if state.is_done else ", but not yet"
    counts = sorted(state.by_rule.items(), key=lambda one: (-one[1], one[0]))
    broken = ", ".join(f"{rule} {count:,}" for rule, count in counts if count)
    failing = f"{state.failing:,} fail ({broken})" if broken else "none fails"
    return f"{state.day}  generation {state.generation}  {state.rows:>9,} rows, {failing}: {went}{unless_yet}"


def _plain(state: "State") -> dict[str, Any]:
    return {
        "day": str(state.day),
        "generation": state.generation,
        "rows": state.rows,
        "failing": state.failing,
        "by_rule": dict(state.by_rule),
        "route": state.route,
        "in_gold": state.gold_ns is not None,
    }
