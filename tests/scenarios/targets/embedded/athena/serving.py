"""An Athena in this process over the AWS emulation's S3 and Glue, and a client of its API."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import boto3
from botocore.config import Config

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.api.execution import Execution
from scenarios.targets.embedded.athena.api.runner import Engine, Limits
from scenarios.targets.embedded.athena.api.service import Service
from scenarios.targets.embedded.athena.server import serve
from scenarios.targets.embedded.ports import free_ports
from tests.scenarios.targets.embedded.athena.api.waiting import LOOK_S, ended

OUTPUT = "s3://results/here/"
MOST_CLIENTS = 20


@dataclass
class Athena:
    """A running one: `client` asks `service` over HTTP, `ended` are the executions that have come to their end.

    `s3` and `glue` are the service's own clients.
    """

    client: Any
    s3: Any
    glue: Any
    service: Service
    ended: list[Execution]

    def start(self, statement: str, **more: Any) -> str:
        """The id of a new execution."""
        more = {"ResultConfiguration": {"OutputLocation": OUTPUT}} | more
        name: str = self.client.start_query_execution(QueryString=statement, **more)["QueryExecutionId"]
        return name

    def run(self, statement: str, **more: Any) -> dict[str, Any]:
        """An execution that is over, whatever came of it."""
        return self.ended_as(self.start(statement, **more))

    def ended_as(self, name: str) -> dict[str, Any]:
        """An execution once it is over."""
        return ended(self.client, name)

    def rows(self, statement: str, **more: Any) -> list[list[str | None]]:
        """Those of a statement that succeeds, its names among them."""
        execution = self.run(statement, **more)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"])
        return [
            [cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
        ]

    def object(self, url: str) -> bytes:
        """What is stored there."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        content: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content


MakeAthena = Callable[..., Athena]
"""From an engine, and optionally limits and how many executions are kept."""


@contextmanager
def athenas(aws: LakeSettings) -> Iterator[MakeAthena]:
    """Starts any number of them, which end with it."""
    with ExitStack() as ending:
        s3, glue = (boto3.client(**aws.client_arguments(name)) for name in ("s3", "glue"))
        for client in (s3, glue):
            ending.callback(client.close)
        s3.create_bucket(Bucket="results")

        def make(engine: Engine, limits: Limits | None = None, most_kept: int = 100) -> Athena:
            found: list[Execution] = []
            service = Service(engine, s3, glue, limits or Limits(), lambda one, _: found.append(one), most_kept)
            [port] = free_ports(1)
            server = serve(port, service)
            thread = Thread(target=server.serve_forever, args=(LOOK_S,))
            thread.start()
            for end in (service.close, thread.join, server.shutdown):
                ending.callback(end)
            settings = LakeSettings(endpoint=f"http://127.0.0.1:{port}", access_key="a", secret_key="b")
            config = Config(retries={"max_attempts": 0}, parameter_validation=False, max_pool_connections=MOST_CLIENTS)
            client: Any = boto3.client(**settings.client_arguments("athena"), config=config)
            ending.callback(client.close)
            return Athena(client, s3, glue, service, found)

        yield make
