"""An Athena in this process over the AWS emulation's S3 and Glue, and clients of all three."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.api.execution import Execution
from scenarios.targets.embedded.athena.api.runner import Engine, Limits
from scenarios.targets.embedded.athena.api.service import Service
from scenarios.targets.embedded.athena.engine import Engine as SqlEngine
from scenarios.targets.embedded.athena.server import serve
from scenarios.targets.embedded.ports import free_ports
from tests.scenarios.targets.embedded.athena.api.waiting import LOOK_S, ended
from tests.scenarios.targets.embedded.athena.asking import NOW, HeldStorage

MEMORY_BYTES = 200_000_000
OUTPUT = "s3://results/here/"
MOST_CLIENTS = 20


@dataclass
class Athena:
    """A running one: `client` asks `service` over HTTP, `ended` are the executions that have come to their end."""

    client: Any
    s3: Any
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


@pytest.fixture
def make_athena(aws: LakeSettings) -> Iterator[MakeAthena]:
    """Starts an Athena with an engine and limits."""
    begun: list[Callable[[], None]] = []
    s3: Any = boto3.client(**aws.client_arguments("s3"))
    glue: Any = boto3.client(**aws.client_arguments("glue"))
    s3.create_bucket(Bucket="results")

    def make(engine: Engine, limits: Limits | None = None, most_kept: int = 100) -> Athena:
        found: list[Execution] = []
        service = Service(engine, s3, glue, limits or Limits(), lambda one, _: found.append(one), most_kept)
        [port] = free_ports(1)
        server = serve(port, service)
        thread = Thread(target=server.serve_forever, args=(LOOK_S,))
        thread.start()
        begun.extend((service.close, thread.join, server.shutdown))
        settings = LakeSettings(endpoint=f"http://127.0.0.1:{port}", access_key="a", secret_key="b")
        config = Config(retries={"max_attempts": 0}, parameter_validation=False, max_pool_connections=MOST_CLIENTS)
        client: Any = boto3.client(**settings.client_arguments("athena"), config=config)
        begun.append(client.close)
        return Athena(client, s3, service, found)

    yield make
    for end in reversed(begun):
        end()
    for client in (s3, glue):
        client.close()


@pytest.fixture
def sql_engine(tmp_path: Path) -> Iterator[SqlEngine]:
    """The real one, without tables."""

    engine = SqlEngine(HeldStorage(), MEMORY_BYTES, tmp_path, lambda: NOW)
    yield engine
    engine.close()


@pytest.fixture
def athena(sql_engine: SqlEngine, make_athena: MakeAthena) -> Athena:
    """One over the real engine, which has to outlive it."""
    return make_athena(sql_engine)
