"""Athena as a process of its own, reached through the AWS part, and the meters of both."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.query_log import read_query_log
from scenarios.targets.embedded.aws.meter import PATH
from scenarios.targets.embedded.ports import free_ports, wait_until_listening
from tests.scenarios.targets.embedded.athena.api.waiting import ended

OUTPUT = {"OutputLocation": "s3://results/"}


@dataclass
class Process:
    """Athena's process, its folder, and a client of the AWS part whose part's name is `test`."""

    process: subprocess.Popen[bytes]
    folder: Path
    client: Any
    meter: str


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    client_port, own_port, port = free_ports(3)
    listeners = [f"test={client_port}", f"athena={own_port}", "--athena", str(port)]
    own = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{own_port}", "AWS_REGION": "us-east-1"}
    keys = {"AWS_ACCESS_KEY_ID": "athena-1", "AWS_SECRET_ACCESS_KEY": "made-up"}
    python = [sys.executable, "-m"]
    started: list[subprocess.Popen[bytes]] = []
    settings = LakeSettings(endpoint=f"http://127.0.0.1:{client_port}", access_key="test-1", secret_key="made-up")
    clients = [boto3.client(**settings.client_arguments(name)) for name in ("s3", "athena")]
    try:
        started.append(subprocess.Popen([*python, "scenarios.targets.embedded.aws.server", *listeners]))
        command = [*python, "scenarios.targets.embedded.athena.server", str(port), "--folder", str(tmp_path)]
        started.append(subprocess.Popen(command, env={**os.environ, **own, **keys}))
        for listening in (client_port, port):
            wait_until_listening(listening, time.monotonic() + 30)
        s3, athena = clients
        s3.create_bucket(Bucket="results")
        yield Process(started[-1], tmp_path, athena, f"http://127.0.0.1:{client_port}{PATH}")
    finally:
        for one in started:
            one.terminate()
            one.wait()
        for client in clients:
            client.close()


def counted(url: str) -> dict[tuple[str, str, str], int]:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own
        return {(row["part"], row["service"], row["kind"]): row["requests"] for row in json.load(answer)}


def test_a_query_goes_through_and_is_counted_at_both_ends(process: Process) -> None:
    started = process.client.start_query_execution(QueryString="SELECT 1 AS a", ResultConfiguration=OUTPUT)
    name = started["QueryExecutionId"]
    assert ended(process.client, name)["Status"]["State"] == "SUCCEEDED"
    rows = process.client.get_query_results(QueryExecutionId=name)["ResultSet"]["Rows"]
    assert rows == [{"Data": [{"VarCharValue": "a"}]}, {"Data": [{"VarCharValue": "1"}]}]
    requests = counted(process.meter)
    assert requests["test", "athena", "StartQueryExecution"] == 1
    assert (requests["athena", "s3", "put"], requests["athena", "s3", "get"]) == (2, 1)
    [query] = read_query_log(process.folder)
    assert (query.part, query.statement, query.state, query.scanned_bytes) == ("test", "SELECT", "SUCCEEDED", 0)


def test_sigterm_ends_it_and_what_it_knew_is_in_the_log(process: Process) -> None:
    started = process.client.start_query_execution(QueryString="SELECT 1 / 0", ResultConfiguration=OUTPUT)
    ended(process.client, started["QueryExecutionId"])
    process.process.send_signal(signal.SIGTERM)
    assert process.process.wait(20) == 0
    assert [query.state for query in read_query_log(process.folder)] == ["FAILED"]
