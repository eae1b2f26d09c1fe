"""keystone lake compact, expire, orphans, replay, …: upkeep of the tables, beside whoever writes them."""

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args

import click

from scenarios.cli.attach import endpoints_of
from scenarios.cli.options import json_option, state_dir_option, target_option
from scenarios.targets.errors import LakeError

if TYPE_CHECKING:
    from scenarios.targets.lake_upkeep import LakeUpkeep, Work

Table = Literal["bronze", "quarantine", "silver"]
TABLES: Final[tuple[Table, ...]] = get_args(Table)
MIB: Final = 2**20

Command = TypeVar("Command", bound=Callable[..., Any])


def _command(command: Command) -> Command:
    """What the three have in common."""
    for option in (
        json_option,
        state_dir_option,
        target_option,
        click.option(
            "--every", "every_s", type=click.FloatRange(0.1), metavar="SECONDS", help="Again and again, until stopped."
        ),
        click.argument("tables", nargs=-1, type=click.Choice(TABLES)),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--target-mib", type=click.IntRange(1), default=128, show_default=True, help="No file grows beyond.")
@click.option("--max-mib", type=click.IntRange(1), default=512, show_default=True, help="Rewrite so much at a time.")
@_command
def compact(
    tables: Sequence[Table],
    target_mib: int,
    max_mib: int,
    every_s: float | None,
    target: str,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Put small files of the same day together.

    Files of half of --target-mib are left alone. A table's rows stay as they are, and so do its offsets. The small
    files stay in the store until no snapshot names them: see expire and orphans.
    """
    upkeep = partial(_upkeep, "compact", target, state_dir, tables, _told("compacting", every_s))
    _repeat(every_s, lambda: _say(upkeep().compact(target_mib * MIB, max_mib * MIB), "files fewer", as_json))


@click.command()
@click.option("--keep-minutes", type=click.FloatRange(0), default=10.0, show_default=True, help="Keep younger ones.")
@_command
def expire(
    tables: Sequence[Table], keep_minutes: float, every_s: float | None, target: str, state_dir: Path, as_json: bool
) -> None:
    """Remove old snapshots from the tables' metadata.

    The newest 20 are kept, however old. Writers do the same every 20 flushes. Rows, offsets and pins stay.
    """
    upkeep = partial(_upkeep, "expire", target, state_dir, tables)
    _repeat(every_s, lambda: _say(upkeep().expire(timedelta(minutes=keep_minutes)), "snapshots fewer", as_json))


@click.command()
@click.option("--delete", is_flag=True, help="Remove them.")
@_command
def orphans(
    tables: Sequence[Table], delete: bool, every_s: float | None, target: str, state_dir: Path, as_json: bool
) -> None:
    """List what lies in the store and no snapshot, metadata file or pin names.

    Refused commits leave such files, and so do compactions once the snapshots before them are expired. Only what is
    older than the table's property keystone.orphan-grace-seconds (an hour, unless set) counts: a writer that is
    slower than half of it writes its files anew.
    """
    kind: Work = "sweep" if delete else "orphans"
    upkeep = partial(_upkeep, kind, target, state_dir, tables, _told("looking through", every_s))

    def work() -> None:
        found = upkeep().sweep() if delete else upkeep().orphans()
        if as_json:
            click.echo(json.dumps(dict(found)))
            return
        done = "removed" if delete else "found"
        for name, paths in found:
            click.echo("".join(f"{path}\n" for path in paths), nl=False)
            click.echo(f"{name}: {len(paths):,} orphans {done}", err=True)

    _repeat(every_s, work)


@click.command()
@target_option
@state_dir_option
@json_option
def rebuild_journal(target: str, state_dir: Path, as_json: bool) -> None:
    """Make the journal of batches again from the tables.

    Entries that are there stay as they are. What a snapshot still tells has the commit's own range and time; what is
    older is told by the rows, with the time at which their files were written.
    """
    _say(_upkeep("rebuild_journal", target, state_dir, TABLES).rebuild_journal(), "new entries", as_json)


def _replay_id(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value):
        raise click.BadParameter(f"{value!r}: allowed are up to 64 letters, digits, dots, underscores and hyphens")
    return value


@click.command()
@click.argument("replay_id", callback=_replay_id)
@target_option
@state_dir_option
@json_option
def replay(replay_id: str, target: str, state_dir: Path, as_json: bool) -> None:
    """Give quarantined events another chance, once their schema is registered or a decoder knows them.

    What can be decoded now goes into silver with REPLAY_ID, a name of your choice, in its column replay_id. Nothing
    leaves quarantine, and no event is replayed twice, under whatever id. Run again with the same id after an
    interruption, it goes on where it was; under a new id, it looks at everything again.
    """
    looked_at = replayed = 0
    for looked_at_now, replayed_now in _upkeep("replay", target, state_dir, TABLES).replay(replay_id):
        looked_at, replayed = looked_at + looked_at_now, replayed + replayed_now
        click.echo(f"{looked_at:,} quarantined events looked at, {replayed:,} replayed", err=True)
    if as_json:
        click.echo(json.dumps({"looked_at": looked_at, "replayed": replayed}))
    else:
        click.echo(f"replayed {replayed:,} of {looked_at:,} quarantined events")


def _upkeep(
    work: "Work",
    target: str,
    state_dir: Path,
    tables: Sequence[Table],
    show: Callable[[Table], None] = lambda _table: None,
) -> "LakeUpkeep":
    endpoints = endpoints_of(target, state_dir)
    from scenarios.targets.lake_upkeep import LakeUpkeep  # noqa: PLC0415 - a second of imports

    return LakeUpkeep(endpoints, work, tables or TABLES, show)


def _told(doing: str, every_s: float | None) -> Callable[[Table], None]:
    """Says which table is worked on, which may take a while; not of work that is done again and again."""
    return lambda table: None if every_s else click.echo(f"keystone: {doing} {table}", err=True)


def _repeat(every_s: float | None, work: Callable[[], None]) -> None:
    """Once; or every so many seconds, where what goes wrong with the lake is said and tried again, until the target is
    gone."""
    if every_s is None:
        work()
        return
    while True:
        try:
            work()
        except LakeError as error:
            click.echo(f"keystone: {error}; trying again in {every_s:g} s", err=True)
        time.sleep(every_s)


def _say(found: Iterable[tuple[Table, int]], what: str, as_json: bool) -> None:
    """Of each table as soon as it is done."""
    if as_json:
        click.echo(json.dumps(dict(found)))
        return
    for name, count in found:
        click.echo(f"{name}: {count:,} {what}")
