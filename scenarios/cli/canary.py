"""keystone canary: whether the harness measures what can be calculated."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.cli.attach import a_stack
from scenarios.cli.options import json_option, state_dir_option
from scenarios.runner.fault_journal import journal_of

if TYPE_CHECKING:
    from scenarios.runner.canary import Flight


@click.command()
@click.option("--rate", type=click.FloatRange(20, 20_000), default=100, show_default=True, help="Events a second.")
@click.option("--freeze-s", type=click.FloatRange(0.5, 60), default=4, show_default=True, help="Seconds that it lasts.")
@state_dir_option
@json_option
def canary(rate: float, freeze_s: float, state_dir: Path, as_json: bool) -> None:
    """Freeze the ingest server under load: what is measured must be what can be calculated.

    Events are due evenly, and for a while the server stands still (SIGSTOP). How long each event has to wait then is
    known, and p50, p99 and maximum must match it within 5% of the freeze. What piles up is answered in no time only if
    it is not much: a high rate measures the server, and TCP, which on loopback may take seconds to see that a full
    window is open again. Beside them stands what is wrong: latency from when an event was sent, which leaves out how
    long the sender itself was held up (beyond 2,000 events unanswered), and what a client says that waits for each
    answer before it sends the next, and so asks little while the server is slow. Exit code 1 if a figure is off.
    """
    from scenarios.runner.canary import fly  # noqa: PLC0415 - a second of imports

    with a_stack(state_dir, keep=False) as stack, journal_of(stack) as journal:
        flight = fly(stack, journal, rate, freeze_s, lambda text: click.echo(f"keystone: {text}", err=True))
    click.echo(json.dumps(asdict(flight) | {"passed": flight.passed}, indent=2) if as_json else _table(flight))
    sys.exit(0 if flight.passed else 1)


def _table(flight: "Flight") -> str:
    load = f"{flight.events:,} events at {flight.rate_per_s:g}/s over {flight.load_s:g} s"
    head = _row("", "calculated", "measured", "off by", "from sending", "one by one")
    lines = [f"{load}; frozen for {flight.freeze_s:.3f} s", head]
    for figure in flight.figures:
        values = (figure.expected, figure.measured, figure.from_sending, figure.uncorrected)
        expected, measured, *wrong = (f"{value:,.1f} ms" for value in values)
        lines.append(_row(figure.name, expected, measured, f"{figure.off:.1%} of freeze", *wrong))
    return "\n".join([*lines, "passed" if flight.passed else "failed: harness or machine is not to be trusted"])


def _row(*cells: str) -> str:
    return "  ".join([cells[0].ljust(4), *(cell.rjust(15) for cell in cells[1:])]).rstrip()
