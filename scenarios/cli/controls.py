"""keystone controls: the parts that are broken on purpose."""

import json

import click

from scenarios.cli.options import json_option


@click.command()
@json_option
def controls(as_json: bool) -> None:
    """List the broken parts that `keystone run --control` puts in, and as what the ledger must catch each."""
    from scenarios.controls.catalogue import CONTROLS  # noqa: PLC0415 - no other command needs it

    rows = [(control.name, control.category, control.story) for control in CONTROLS.values()]
    if as_json:
        keys = ("name", "category", "story")
        click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2))
        return
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, category, story in rows:
        click.echo(f"{name:<{widths[0]}}  {category:<{widths[1]}}  {story}")
