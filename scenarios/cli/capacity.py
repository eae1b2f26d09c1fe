"""keystone capacity: how much load a scenario's pipeline holds."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.cli.attach import a_stack
from scenarios.cli.options import json_option, object_store_option, state_dir_option
from scenarios.cli.progress import progress
from scenarios.model import library
from scenarios.runner.fault_journal import journal_of
from scenarios.targets.embedded.stack import ObjectStore

if TYPE_CHECKING:
    from scenarios.runner.capacity import Probe


def _slo(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for value in values:
        name, _, bound = value.partition("=")
        try:
            found[name] = float(bound)
        except ValueError:
            raise click.BadParameter(f"{value!r}: allowed is FIGURE=NUMBER, such as ack_p99_ms=50") from None
    return found


@click.command()
@click.argument("scenario", metavar="NAME|FILE")
@click.option(
    "--slo", multiple=True, required=True, callback=_slo, metavar="FIGURE=NUMBER", help="A promise: ack_p99_ms=50."
)
@click.option("--first", type=click.FloatRange(1), default=500, show_default=True, help="Rate to begin with.")
@click.option("--most", type=click.FloatRange(1), default=200_000, show_default=True, help="No higher rate is tried.")
@click.option("--resolution", type=click.FloatRange(0.01, 1), default=0.1, show_default=True, help="How exactly.")
@click.option(
    "--seconds", type=click.FloatRange(5), default=20, show_default=True, help="Load at each rate, or longer."
)
@object_store_option
@state_dir_option
@json_option
def capacity(
    scenario: str,
    slo: dict[str, float],
    first: float,
    most: float,
    resolution: float,
    seconds: float,
    object_store: ObjectStore | None,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Find the highest rate at which a scenario's pipeline keeps its promises.

    \b
    keystone capacity quickstart --slo ack_p99_ms=50 --slo silver_p99_ms=8000

    Rates are tried in runs of --seconds each (at least six writer's windows, and as long as each percentile needs
    events), without the scenario's faults: doubled until one does not hold, then by bisection. One holds if every
    promise and the whole ledger do, 99.5% of the planned rate was sent and as much acknowledged meanwhile, and the lag
    did not grow. One that cannot be judged, as the machine was too busy or the load came too late, counts as if it did
    not hold, and says so. Exit code 1 if not even the lowest rate holds.
    """
    from scenarios.runner.capacity import Search, probes  # noqa: PLC0415 - seconds of imports

    if first > most:
        raise click.UsageError(f"--first is {first:g}, and --most is {most:g}: allowed is at most that")
    search = Search(slo, first, most, resolution, seconds)
    found = []
    with (
        a_stack(state_dir, keep=False, object_store=object_store) as stack,
        journal_of(stack) as journal,
        progress() as show,
    ):
        for probe in probes(library.load(scenario), search, stack, journal, show):
            found.append(probe)
            show.say(_line(probe))
    best = max((probe for probe in found if probe.holds), key=lambda probe: probe.rate_per_s, default=None)
    worst = min((p for p in found if not p.holds), key=lambda probe: probe.rate_per_s, default=None)
    if as_json:
        tried = [asdict(probe) | {"holds": probe.holds} for probe in found]
        click.echo(json.dumps({"holds_per_s": best and best.rate_per_s, "probes": tried}, indent=2))
    else:
        click.echo(_summary(best, worst, most))
    sys.exit(0 if best else 1)


def _line(probe: "Probe") -> str:
    figures = ", ".join(f"{name} {'none' if value is None else f'{value:,g}'}" for name, value in probe.figures.items())
    said = "holds" if probe.holds else "does not hold" if probe.why_not else "cannot be judged"
    return f"{probe.rate_per_s:10,.0f} events/s  {said}: " + ("; ".join(probe.why_not or probe.doubts) or figures)


def _summary(best: "Probe | None", worst: "Probe | None", most: float) -> str:
    if best is None:
        return "no rate that was tried holds"
    lines = [f"holds {best.rate_per_s:,.0f} events/s" + (f", not {worst.rate_per_s:,.0f}" if worst else "")]
    if worst is None:
        lines.append(f"no limit was found: --most allows no more than {most:,.0f} events/s")
    else:
        lines += [f"beyond: {reason}" for reason in worst.why_not or worst.doubts]
        lines.append(f"limit there: {worst.limit}")
    lines += [f"{name:<12} {rate:10,} events/s per core" for name, rate in best.per_core_s.items()]
    return "\n".join(lines)
