"""Who is to send a run's load, from the command line."""

import os
from typing import TYPE_CHECKING, Literal

import click

from loadgen.channel import KEY_VARIABLE, parse_address

if TYPE_CHECKING:
    from scenarios.runner.senders import Senders

SHORTEST_KEY = 16


def senders(engine: Literal["native", "locust"], workers: int, listen: str | None) -> "Senders":
    """What a command line asks for.

    Raises:
        click.UsageError: it cannot be.
    """
    from scenarios.runner.senders import Elsewhere, Senders  # noqa: PLC0415 - usage errors need not wait for imports

    if listen is not None and engine == "locust":
        raise click.UsageError("--listen goes with --engine native; Locust's workers are started on this machine")
    return Senders(engine, workers, None if listen is None else Elsewhere(address_of(listen), key_of_environment()))


def address_of(text: str) -> tuple[str, int]:
    """HOST:PORT; raises click.UsageError for another text."""
    try:
        return parse_address(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def key_of_environment() -> bytes:
    """What all workers and their coordinator must know; raises click.UsageError if it is missing or short."""
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) < SHORTEST_KEY:
        raise click.UsageError(
            f"{KEY_VARIABLE} has {len(key)} characters: set it to a secret of {SHORTEST_KEY} or more, the same on all "
            "machines; `openssl rand -hex 16` makes one"
        )
    return key.encode()
