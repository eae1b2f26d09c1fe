"""Athena as a process of its own, over the AWS emulation's S3 and Glue, and clients of its API."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.ports import free_ports, wait_until_listening
from tests.scenarios.targets.embedded.athena.api.waiting import ended

RESULTS = "s3://results/"
WITHIN_S = 30.0


@dataclass(frozen=True)
class AthenaProcess:
    """A running one; its bucket for results has to be there."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    def client(self) -> Any:
        """One that sends each request once; to be closed."""
        settings = LakeSettings(endpoint=f"http://127.0.0.1:{self.port}", access_key="a", secret_key="b")
        return boto3.client(**settings.client_arguments("athena"), config=Config(retries={"max_attempts": 0}))


@contextmanager
def athena_process(aws: LakeSettings, folder: Path) -> Iterator[AthenaProcess]:
    """One that has ended when this is left, if it is not killed before."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "scenarios.targets.embedded.athena.server", str(port)]
    settings = {
        "AWS_ENDPOINT_URL": str(aws.endpoint),
        "AWS_REGION": aws.region,
        "AWS_ACCESS_KEY_ID": str(aws.access_key),
        "AWS_SECRET_ACCESS_KEY": str(aws.secret_key),
    }
    places = ["--folder", str(folder), "--results", RESULTS]
    with subprocess.Popen([*command, *places], env={**os.environ, **settings}) as process:
        try:
            wait_until_listening(port, time.monotonic() + WITHIN_S, alive=lambda: process.poll() is None)
            yield AthenaProcess(process, port, folder)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, which it has to do."""
    process.terminate()
    try:
        process.wait(WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def run(client: Any, statement: str, database: str) -> dict[str, Any]:
    """An execution that is over, whatever came of it."""
    context = {"Database": database}
    started = client.start_query_execution(QueryString=statement, QueryExecutionContext=context)
    return ended(client, started["QueryExecutionId"])
