"""What one run has to itself: an empty lake, S3 and Glue behind proxies, and a topic in the shared Kafka."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reference.lake.catalog import create_lake, open_catalog
from reference.lake.settings import LakeSettings
from reference.protocol.decisions import COMMIT_ORDER
from scenarios.targets.embedded.ports import free_ports, wait_until_listening
from scenarios.targets.interface import Endpoints
from tests.fire.event_log import EventLog
from tests.fire.kind import Kind
from tests.fire.ledger import PARTITIONS
from tests.fire.weather import NO_WRITER, Weather
from tests.http_proxy import http_proxy
from tests.reference.writer.bench import MERGED_SOON, Bench

ROOT = Path(__file__).parents[2]


@dataclass
class World:
    """One run's.

    Attributes:
        proxied: the lake by way of proxies, as writers reach it, each by its own.
        services: S3 and Glue, by name.
        logs: what the writers said, in the order of their starts.
    """

    bench: Bench
    proxied: LakeSettings
    services: Mapping[str, Weather]
    logs: list[Path]
    start_writer: Callable[[], None]


@contextmanager
def a_world(kind: Kind, shared: Endpoints, folder: Path, dice: random.Random, log: EventLog) -> Iterator[World]:
    """A world of a run's own, in which no writer runs yet; they end with it."""
    with ExitStack() as closing:
        aws = closing.enter_context(_aws(kind.has_compare_and_set))
        bench = Bench(replace(shared, aws=aws, s3=replace(shared.s3, endpoint=aws)), folder, PARTITIONS)
        closing.callback(bench.end)
        catalog = open_catalog(bench.settings)
        create_lake(catalog, bench.settings)
        for name in COMMIT_ORDER:
            with catalog.load_table(f"{name}.orders").transaction() as transaction:
                transaction.set_properties(MERGED_SOON | dict(kind.properties))
        services = {name: Weather(name, random.Random(dice.random()), log) for name in ("S3", "Glue")}
        logs: list[Path] = []

        def proxies(user: int) -> tuple[str, str]:
            s3, glue = (closing.enter_context(http_proxy(aws, partial(w.handle, user))) for w in services.values())
            return s3, glue

        def start_writer() -> None:
            s3, glue = proxies(len(logs))
            logs.append(bench.writer(code=kind.code, glue=glue, s3=s3))

        s3, glue = proxies(NO_WRITER)
        yield World(bench, replace(bench.settings, endpoint=glue, s3_endpoint=s3), services, logs, start_writer)


@contextmanager
def _aws(has_compare_and_set: bool) -> Iterator[str]:
    [port] = free_ports(1)
    module, argument = ("scenarios.targets.embedded.aws.server", f"fire={port}")
    if not has_compare_and_set:
        module, argument = ("tests.fire.aws_without_compare_and_set", str(port))
    with subprocess.Popen([sys.executable, "-m", module, argument], cwd=ROOT) as server:
        try:
            wait_until_listening(port, time.monotonic() + 60, alive=lambda: server.poll() is None)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
