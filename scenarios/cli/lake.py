"""keystone lake: a look into the tables of a running stack."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenarios.cli.attach import endpoints_of
from scenarios.cli.options import json_option, state_dir_option, target_option
from scenarios.cli.upkeep import compact, expire, orphans, rebuild_journal, replay

if TYPE_CHECKING:
    from scenarios.audit.lake_reader import LakeReader


@click.group()
def lake() -> None:
    """Look into the lake of the running stack, and keep it in order."""


for command in (compact, expire, orphans, replay, rebuild_journal):
    lake.add_command(command)


@lake.command()
@target_option
@state_dir_option
@json_option
def tables(target: str, state_dir: Path, as_json: bool) -> None:
    """All tables with their sizes."""
    with _reading(target, state_dir) as reader:
        summaries = [asdict(reader.summary(name)) for name in reader.names()]
    _print(summaries, ("name", "rows", "files", "bytes", "snapshots", "location"), as_json)


@lake.command()
@click.argument("table")
@target_option
@state_dir_option
@json_option
def files(table: str, target: str, state_dir: Path, as_json: bool) -> None:
    """The data files of TABLE (bronze, silver, quarantine, gold or database.table)."""
    with _reading(target, state_dir) as reader:
        found = [asdict(file) for file in reader.files(table)]
    _print(found, ("path", "rows", "bytes"), as_json)


@lake.command()
@click.argument("table")
@click.option("-n", "--rows", type=click.IntRange(1), default=10, show_default=True, help="How many rows.")
@target_option
@state_dir_option
@json_option
def head(table: str, rows: int, target: str, state_dir: Path, as_json: bool) -> None:
    """Some rows of TABLE."""
    with _reading(target, state_dir) as reader:
        found = reader.head(table, rows).to_pylist()
    if not found:
        click.echo(f"keystone: {table} has no rows", err=True)
    for row in found:
        click.echo(json.dumps(row, default=_spell) if as_json else _block(row))


@lake.command()
@click.argument("statement")
@click.option("-n", "--rows", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many rows.")
@target_option
@state_dir_option
@json_option
def sql(statement: str, rows: int, target: str, state_dir: Path, as_json: bool) -> None:
    """Run a SQL statement (DuckDB's) over the tables: "SELECT count(*) FROM silver.orders"."""
    from scenarios.audit.sql import SqlRefused, query  # noqa: PLC0415 - a second of imports

    try:
        with _reading(target, state_dir) as reader, query(reader, statement) as result:
            columns = [column[0] for column in result.description or ()]
            found = [dict(zip(columns, row, strict=True)) for row in result.fetchmany(rows)]
            more = result.fetchone() is not None
    except SqlRefused as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps(found, indent=2, default=_spell))
    else:
        _print([{name: _spell(value) for name, value in row.items()} for row in found], columns, as_json=False)
    if more:
        click.echo(f"keystone: there are more than {rows:,} rows; see --rows", err=True)


@contextmanager
def _reading(target: str, state_dir: Path) -> "Iterator[LakeReader]":
    """A reader of the running stack's lake; an unknown table is a usage error."""
    endpoints = endpoints_of(target, state_dir)
    from scenarios.audit.lake_reader import LakeReader, UnknownTable, lake_errors  # noqa: PLC0415 - a second of imports

    try:
        with lake_errors():
            yield LakeReader(endpoints)
    except UnknownTable as error:
        raise click.UsageError(str(error)) from None


def _print(rows: Sequence[dict[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    cells = [list(columns)] + [[_cell(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _block(row: dict[str, Any]) -> str:
    width = max(len(name) for name in row)
    return "\n".join(f"{name:<{width}}  {_spell(value)}" for name, value in row.items()) + "\n"


def _spell(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return json.dumps(value, default=str)
    return str(value)
