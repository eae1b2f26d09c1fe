"""keystone up, status, down, stop, start, kill: the embedded stack by hand."""

import json
from pathlib import Path
from typing import Any

import click

from scenarios.cli.attach import attach
from scenarios.cli.options import json_option, object_store_option, state_dir_option
from scenarios.targets.embedded.stack import ObjectStore
from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints, TargetStatus


@click.command()
@click.option("--writers", type=click.IntRange(0, 64), default=1, show_default=True, help="How many writers to start.")
@click.option("--grpc-port", type=click.IntRange(0, 65535), default=0, help="The ingest server's port; 0: a free one.")
@object_store_option
@click.option(
    "--airflow",
    is_flag=True,
    help="Start a real Airflow with the DAGs, too: scheduler, DAG processor, and a web page without login, for this "
    "machine alone. Takes half a minute longer and 800 MB; see docs/airflow.md.",
)
@state_dir_option
@json_option
def up(
    writers: int, grpc_port: int, object_store: ObjectStore | None, airflow: bool, state_dir: Path, as_json: bool
) -> None:
    """Start an embedded stack and leave it running: Kafka, S3, Glue, Athena, Postgres, the ingest server, writers."""
    target = EmbeddedTarget.start(
        *(state_dir, writers, grpc_port, object_store or "moto"),
        say=lambda text: click.echo(f"keystone: {text}", err=True),
        airflow=airflow,
    )
    stack = target.status()
    target.keep()
    _show(stack, as_json)


@click.command()
@state_dir_option
@json_option
def status(state_dir: Path, as_json: bool) -> None:
    """Endpoints and processes of the running stack, with --json credentials, too. Exit code 3 if none runs or a part
    died."""
    state = StateDir(state_dir)
    if as_json and not state.is_running():
        click.echo(json.dumps({"state": "down", "state_dir": str(state.path)}, indent=2))
    stack = attach(state_dir).status()
    _show(stack, as_json)
    if stack.problems:
        raise TargetError("\n".join(stack.problems))


@click.command()
@state_dir_option
def down(state_dir: Path) -> None:
    """End the stack and remove its state folder, also what a stack that died left of it."""
    state = StateDir(state_dir)
    if state.is_running():
        EmbeddedTarget(state).down()
    elif state.is_left():
        state.discard()
        click.echo(f"keystone: no stack runs in {state.path}; removed what one had left", err=True)
    else:
        click.echo(f"keystone: no stack runs in {state.path}", err=True)


@click.command("stop")
@click.argument("part")
@state_dir_option
def stop_part(part: str, state_dir: Path) -> None:
    """Stop PART as its operator would: kafka, aws, s3 (on disk), postgres, pgbouncer, ingest, writer-1, ...

    With Airflow also airflow-web, airflow-dag-processor, airflow-scheduler; the last waits a while for its tasks.

    Without aws the lake's catalog is gone for good.
    """
    attach(state_dir).stop_part(part)


@click.command("start")
@click.argument("part")
@state_dir_option
def start_part(part: str, state_dir: Path) -> None:
    """Start PART again and wait until it is ready."""
    attach(state_dir).start_part(part)


@click.command("kill")
@click.argument("part")
@state_dir_option
def kill_part(part: str, state_dir: Path) -> None:
    """Kill PART without warning (SIGKILL)."""
    attach(state_dir).kill_part(part)


def _show(stack: TargetStatus, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(stack.to_json() | {"tables": _tables(stack)}, indent=2))
        return
    endpoints = stack.endpoints
    postgres = endpoints.postgres
    addresses = {
        "grpc": endpoints.grpc,
        "kafka": endpoints.kafka,
        "s3": endpoints.s3.endpoint,
        "aws": endpoints.aws,
        "postgres": f"{postgres.host}:{postgres.port} (pooled), {postgres.host}:{postgres.direct_port} (direct)",
    }
    if endpoints.metrics is not None:
        addresses["metrics"] = f"{endpoints.metrics} (of the ingest server)"
    if endpoints.airflow is not None:
        addresses["airflow"] = f"{endpoints.airflow} (page and REST API)"
    width = max(10, *(len(part.name) for part in stack.parts))
    for name, address in addresses.items():
        click.echo(f"{name:<{width}} {address}")
    click.echo(f"{'objects':<{width}} {stack.object_store}")
    for part in stack.parts:
        click.echo(f"{part.name:<{width}} {part.state:<8} pid {part.pid or '-'}")


def _tables(stack: TargetStatus) -> list[dict[str, str | None]] | None:
    """The catalog's tables; None when the catalog does not answer."""
    if not any(part.name == "aws" and part.state == "running" for part in stack.parts):
        return None
    return list_tables(stack.endpoints)


def list_tables(endpoints: Endpoints) -> list[dict[str, str | None]]:
    """Name, location and current metadata file of each table in the catalog: Hive's tables have no metadata file,
    views no location either."""
    import boto3  # noqa: PLC0415 - half a second, and most commands need none

    glue: Any = boto3.client(
        "glue",
        endpoint_url=endpoints.aws,
        region_name=endpoints.s3.region,
        aws_access_key_id=endpoints.s3.access_key,
        aws_secret_access_key=endpoints.s3.secret_key,
    )
    return [
        {
            "name": f"{database['Name']}.{table['Name']}",
            "location": table["StorageDescriptor"].get("Location") or None,
            "metadata_location": table["Parameters"].get("metadata_location"),
        }
        for databases in glue.get_paginator("get_databases").paginate()
        for database in databases["DatabaseList"]
        for tables in glue.get_paginator("get_tables").paginate(DatabaseName=database["Name"])
        for table in tables["TableList"]
    ]
