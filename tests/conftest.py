"""Real parts for tests, started once and shared: the AWS emulation alone, and the whole embedded stack."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.ports import free_ports, wait_until_listening
from scenarios.targets.embedded.target import EmbeddedTarget

REAL_ORDERS = Path(__file__).parents[2] / "shared" / "data" / "olist"


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """The stack's AWS part as its own process; yields its base URL."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "scenarios.targets.embedded.aws.server", str(port)]
    with subprocess.Popen(command) as server:
        try:
            wait_until_listening(port, time.monotonic() + 30, alive=lambda: server.poll() is None)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture
def aws(aws_server: str) -> LakeSettings:
    """An AWS in which nothing exists yet."""
    request = urllib.request.Request(f"{aws_server}/moto-api/reset", method="POST")  # noqa: S310 - our own server
    urllib.request.urlopen(request).close()  # noqa: S310
    return LakeSettings(endpoint=aws_server, access_key="AKTEST", secret_key="made-up")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    """A warm stack that tests share: whoever stops a part starts it again, and judges only what it sent."""
    target = EmbeddedTarget.start(tmp_path_factory.mktemp("stack") / "state")
    try:
        yield target
    finally:
        target.down()


@pytest.fixture(scope="session")
def real_orders() -> Path:
    """The folder of real orders; their licence keeps them out of this repository."""
    if not REAL_ORDERS.is_dir():
        pytest.skip("the real orders are not here: their licence keeps them out of the project")
    return REAL_ORDERS
