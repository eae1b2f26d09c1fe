"""Real parts for tests, started once and shared: the AWS emulation alone, and the whole embedded stack."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.ports import free_ports, wait_until_listening
from scenarios.targets.embedded.postgres.parts import PostgresParts
from scenarios.targets.embedded.stopping import stop_in_order
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import PostgresEndpoint
from tests.deadline import UNTIL, is_over, rotated
from tests.shares import head_commit, share_of
from tests.stacks import running_stack

REAL_ORDERS = Path(__file__).parents[2] / "shared" / "data" / "olist"


# How long an example takes is the machine's affair here.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of the scenarios' library is run by the slow tests."""
    group = parser.getgroup("scenarios")
    group.addoption("--scenarios", choices=["share", "all"], default="share", help="a sixth, chosen by the commit")
    group.addoption("--full", action="store_true", help="at full length, not squeezed into ten seconds of load")


def pytest_configure() -> None:
    """Signals as a terminal's processes have them: nohup and a shell's background hand down ignored ones."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A sixth of what is marked so is slow, which sixth depends on the commit; all of it is soak."""
    alike = [item for item in items if item.get_closest_marker("share")]
    for item in alike:
        item.add_marker("soak")
    for item in share_of(alike, head_commit(Path(__file__).parent)):
        item.add_marker("slow")
    if UNTIL in os.environ and config.getoption("markexpr") == "slow":
        items[:] = rotated(items, head_commit(Path(__file__).parent))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is slow is skipped once its time is over."""
    if item.get_closest_marker("slow") and is_over(os.environ, time.time()):
        pytest.skip(f"no time is left: {UNTIL} is {os.environ[UNTIL]}")


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """The stack's AWS part as its own process; yields its base URL."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "scenarios.targets.embedded.aws.server", f"test={port}"]
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
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresParts]:
    """The stack's Postgres and pgbouncer alone, without the database; whoever stops one starts it again."""
    folder = tmp_path_factory.mktemp("postgres")
    port, pooler_port = free_ports(2)
    parts = PostgresParts(folder / "postgres", (port, pooler_port), lambda name: folder / f"{name}.log")
    parts.initdb.run_to_end(check=lambda: None)
    try:
        for part in (parts.server, parts.pooler):
            part.spawn()
            part.wait_ready()
        yield parts
    finally:
        stop_in_order([parts.pooler, parts.server])


@pytest.fixture
def database(postgres: PostgresParts) -> PostgresEndpoint:
    """The database, empty, and the pooler over whatever an earlier test did to it."""
    endpoint = postgres.endpoint
    with psycopg.connect(endpoint.direct, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {endpoint.database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {endpoint.database}")
    deadline = time.monotonic() + 10
    while not _answers(endpoint.pooled):
        assert time.monotonic() < deadline, "the pooler does not reach its Postgres"
        time.sleep(0.05)
    return endpoint


def _answers(conninfo: str) -> bool:
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    """A warm stack that tests share: whoever stops a part starts it again, and judges only what it sent."""
    with running_stack(tmp_path_factory.mktemp("stack") / "state") as target:
        yield target


@pytest.fixture(scope="session")
def real_orders() -> Path:
    """The folder of real orders; their licence keeps them out of this repository."""
    if not REAL_ORDERS.is_dir():
        pytest.skip("the real orders are not here: their licence keeps them out of the project")
    return REAL_ORDERS
