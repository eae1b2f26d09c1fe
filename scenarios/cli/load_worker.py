"""keystone load-worker, and who is to send a run's load."""

import os
from typing import TYPE_CHECKING, Literal

import click

from loadgen.channel import KEY_VARIABLE, parse_address

if TYPE_CHECKING:
    from scenarios.runner.senders import Senders

SHORTEST_KEY = 16


@click.command("load-worker")
@click.argument("coordinator", metavar="HOST:PORT")
def load_worker(coordinator: str) -> None:
    """Send a share of the load of a run that waits at HOST:PORT, which is another machine's `keystone run --listen`.

    \b
    there:  KEYSTONE_LOAD_KEY=... keystone run quickstart --target staging.yaml --workers 2 --listen 10.0.0.5:5560
    here:   KEYSTONE_LOAD_KEY=... keystone load-worker 10.0.0.5:5560

    Events go straight from here to the server; the plan, and what became of each event, between the two machines. The
    key is proven on both sides and nothing is encrypted: use it within a network that you trust. Ends with the run.
    """
    from loadgen.worker import work  # noqa: PLC0415 - usage errors need not wait for imports

    work(_address(coordinator), _key())


def senders(engine: Literal["native", "locust"], workers: int, listen: str | None) -> "Senders":
    """What a command line asks for.

    Raises:
        click.UsageError: it cannot be.
    """
    from scenarios.runner.senders import Elsewhere, Senders  # noqa: PLC0415 - likewise

    if listen is not None and engine == "locust":
        raise click.UsageError("--listen goes with --engine native; Locust's workers are started on this machine")
    return Senders(engine, workers, None if listen is None else Elsewhere(_address(listen), _key()))


def _address(text: str) -> tuple[str, int]:
    try:
        return parse_address(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _key() -> bytes:
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) < SHORTEST_KEY:
        raise click.UsageError(
            f"{KEY_VARIABLE} has {len(key)} characters: set it to a secret of {SHORTEST_KEY} or more, the same on all "
            "machines; `openssl rand -hex 16` makes one"
        )
    return key.encode()
