"""What several tests here start."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.loadgen.fake_ingest import Server


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start_server(*args: Any, **options: Any) -> Server:
        servers.append(Server(*args, **options))
        return servers[-1]

    yield start_server
    for server in servers:
        server.kill()
