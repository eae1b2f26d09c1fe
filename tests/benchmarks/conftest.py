"""What benchmarks stand on: the peers' programs, a Kafka of their own, payloads."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from loadgen.order_settings import OrderSettings
from loadgen.source import open_source
from tests.benchmarks.servers import PROGRAMS
from tests.reference.conftest import catalog, day_lake
from tests.stacks import running_stack

__all__ = ["catalog", "day_lake"]

PAYLOADS = 10_000
PARTITIONS = 4
PEERS = ("ghz", "locust")


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of floors and peers in C++."""
    if not (PROGRAMS / "keystone-bench-echo-server").exists():
        pytest.fail(f"{PROGRAMS} has no programs to measure against; build them with: make bench-programs")
    return PROGRAMS


@pytest.fixture(scope="session")
def payloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of made-up orders, one a line."""
    path = tmp_path_factory.mktemp("payloads") / "orders.jsonl"
    events = open_source(f"olist:{PAYLOADS}", OrderSettings())
    path.write_text("".join(f"{event.payload}\n" for event in events))
    return path


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker that nobody else uses."""
    with running_stack(tmp_path_factory.mktemp("bench") / "state", writers=0) as target:
        yield target.status().endpoints.kafka


@pytest.fixture(scope="module")
def topic(kafka: str, request: pytest.FixtureRequest) -> str:
    """A topic of the module's own."""
    name = str(request.module.__name__).rpartition(".")[2].replace("_", "-")
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.create_topics([NewTopic(name, PARTITIONS, 1)])[name].result(30)
    return name


def pytest_configure(config: pytest.Config) -> None:
    """A peer that nobody knows would be left out in vain."""
    for name in config.getoption("--without"):
        if name not in PEERS:
            raise pytest.UsageError(f"--without {name}: allowed is {' or '.join(PEERS)}")


def peer(request: pytest.FixtureRequest, name: str, how_to_get_it: str) -> str:
    """Path of a peer's program; the test is skipped with `--without NAME`, and fails without it otherwise."""
    if name in request.config.getoption("--without"):
        pytest.skip(f"--without {name}")
    found = shutil.which(name, path=f"{PROGRAMS}:{Path(sys.executable).parent}") or shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not here: {how_to_get_it}, or leave it out with --without {name}")
    return found
