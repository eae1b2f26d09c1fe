"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from scenarios.targets.embedded.stack import ObjectStore
from scenarios.targets.embedded.state_dir import DEFAULT as DEFAULT_STATE_DIR

Command = TypeVar("Command", bound=Callable[..., Any])


def _own_or_inherited(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    """The command's own --state-dir, or the one given before the command's name."""
    inherited: Path = context.find_root().params.get("state_dir") or DEFAULT_STATE_DIR
    return value or inherited


state_dir_option: Callable[[Command], Command] = click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_own_or_inherited,
    help=f"Folder of the embedded stack.  [default: {DEFAULT_STATE_DIR}]",
)

EMBEDDED = "embedded"

target_option: Callable[[Command], Command] = click.option(
    "--target",
    metavar="embedded|FILE",
    default=EMBEDDED,
    show_default=True,
    help="The embedded stack, or a file with the endpoints of a stack that runs already: docs/bring-your-own.md.",
)

object_store_option: Callable[[Command], Command] = click.option(
    "--object-store",
    type=click.Choice(get_args(ObjectStore)),
    help="What holds the lake's files in a stack that is started: moto's memory, or versitygw on disk, which "
    "holds what long runs write.  [default: moto]",
)

engine_option: Callable[[Command], Command] = click.option(
    "--engine",
    type=click.Choice(["native", "locust"]),
    default="native",
    show_default=True,
    help="Who sends: our own engine, or Locust's users, a hundred for each worker.",
)

workers_option: Callable[[Command], Command] = click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes send."
)

listen_option: Callable[[Command], Command] = click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Wait there for the workers, started on any machine with `keystone load-worker HOST:PORT`; all need the same "
    "KEYSTONE_LOAD_KEY.",
)

json_option: Callable[[Command], Command] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for a script to read."
)
