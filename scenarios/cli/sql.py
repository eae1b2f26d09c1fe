"""keystone sql: statements for Athena."""

import sys
from pathlib import Path
from typing import Literal, TextIO

import click

from scenarios.cli.attach import endpoints_of
from scenarios.cli.options import json_option, state_dir_option, target_option

Format = Literal["table", "csv", "json"]


@click.command()
@click.argument("statement", required=False)
@click.option("--file", type=click.File(encoding="utf-8-sig"), help="A file with the statement.")
@click.option("--history", is_flag=True, help="List the statements there were, the newest first.")
@click.option("--database", metavar="NAME", help="Where tables without a database are looked up.  [default: default]")
@click.option("--workgroup", metavar="NAME", help="Whose settings hold.  [default: primary]")
@click.option("--output", metavar="s3://...", help="A folder for the result.  [default: the workgroup's]")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), help="[default: table]")
@click.option(
    "-n", "--rows", type=click.IntRange(1), default=100, show_default=True, help="At most so many rows of a table."
)
@target_option
@state_dir_option
@json_option
def sql(
    statement: str | None,
    file: TextIO | None,
    history: bool,
    database: str | None,
    workgroup: str | None,
    output: str | None,
    form: Format | None,
    rows: int,
    target: str,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Run STATEMENT on Athena, and say what it scanned, how long it took and what that costs on AWS.

    \b
    keystone sql "SELECT customer_state, sum(price) AS revenue FROM silver.orders GROUP BY 1 ORDER BY 2 DESC"
    keystone sql "SHOW TABLES" --database silver
    keystone sql --file report.sql --format csv > report.csv
    echo "SELECT 1 AS one" | keystone sql - --json
    keystone sql --history

    A table has the first --rows rows, CSV and JSON have all. Ctrl-C stops the statement. One that begins with a comment
    comes after --, or from a file.

    Exit codes: 0 it succeeded, 1 it failed, 2 bad usage, also in Athena's eyes, 3 no Athena answers, 130 Ctrl-C.
    `keystone lake sql` reads the same tables with DuckDB's SQL and without Athena.
    """
    form = _form(form, as_json)
    if history and (form == "csv" or any((statement, file, database, output))):
        raise click.UsageError("--history goes with --workgroup, --rows and --json alone")
    text = "" if history else _text(statement, file)
    endpoints = endpoints_of(target, state_dir)
    from scenarios.cli.sql_history import show_history  # noqa: PLC0415 - usage errors need not wait for imports
    from scenarios.cli.sql_statement import run_statement  # noqa: PLC0415 - likewise
    from scenarios.targets.athena import Athena, StatementFailed  # noqa: PLC0415 - likewise

    athena = Athena(endpoints)
    if history:
        show_history(athena.history(workgroup, rows), form)
        return
    try:
        run_statement(athena, lambda: athena.start(text, database, workgroup, output), form, rows)
    except StatementFailed as error:
        hint = "; --database NAME says where names without a database are looked up" if _wants_database(error) else ""
        click.echo(f"keystone: {error}{hint}", err=True)
        sys.exit(1)


def _form(form: Format | None, as_json: bool) -> Format:
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other")
    return "json" if as_json else form or "table"


def _wants_database(error: Exception) -> bool:
    """Whether a name was looked up where nobody asked for: a stack's tables all have databases of other names."""
    return any(said in str(error) for said in ("Schema 'default' does not exist", "Database does not exist: default"))


def _text(statement: str | None, file: TextIO | None) -> str:
    if statement is not None and file is not None:
        raise click.UsageError("only one of a STATEMENT and --file")
    if statement is None and file is None:
        raise click.UsageError("one of a STATEMENT, - for one from standard input, --file and --history is needed")
    try:
        text = file.read() if file is not None else sys.stdin.read() if statement == "-" else statement or ""
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name if file else 'standard input'} is no text in UTF-8: {error}") from None
    if not text.strip():
        raise click.UsageError("the statement is empty")
    return text
