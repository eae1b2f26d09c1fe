"""200 clients that never read, cancel, send garbage or too much, or never end, beside one that behaves."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pyarrow.compute as pc
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from loadgen.arrivals import Arrivals, Phase
from loadgen.client import Client
from loadgen.order_settings import OrderSettings
from loadgen.send import send
from loadgen.send_log import SendLog
from loadgen.source import open_source
from reports.histogram import Histogram
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.native.ingestd import Server, ingestd

pytestmark = pytest.mark.integration

TOPIC = "misbehaving"
CLIENTS = 200
SECONDS, RATE_PER_S = 20.0, 200.0
FLOOR_MS = 25.0
ROUNDS = 5
MOST_MIB = 768
"""What is in flight, what has not come whole (256 MiB each, at most), and the server itself."""


@pytest.fixture
def server(stack: EmbeddedTarget, tmp_path: Path) -> Iterator[Server]:
    address = stack.status().endpoints.kafka
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(TOPIC, 4, 1)])[TOPIC].result(30)
    with ingestd(address, TOPIC, tmp_path / "log") as started:
        yield started


@contextmanager
def misbehaving_clients(server: Server) -> Iterator[None]:
    # They stand for other machines: one core is all that they may keep busy.
    one_core = {max(os.sched_getaffinity(0))}
    command = [sys.executable, str(Path(__file__).with_name("misbehaving.py")), "127.0.0.1", str(server.port)]
    with subprocess.Popen([*command, str(CLIENTS), "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as clients:
        try:
            os.sched_setaffinity(clients.pid, one_core)
            assert clients.stdout is not None
            assert clients.stdout.readline() == b"misbehaving\n"
            yield
            assert clients.poll() is None
        finally:
            clients.kill()


def behave(server: Server) -> SendLog:
    return send(
        open_source("olist", OrderSettings()),
        Arrivals([Phase(SECONDS, RATE_PER_S)]),
        Client(f"127.0.0.1:{server.port}", "behaves"),
    )


def p99_ms(log: SendLog) -> float:
    acked = log.table.filter(pc.field("outcome") == "ok")
    histogram = Histogram()
    histogram.record((acked["acked_ns"].to_numpy() - acked["intended_ns"].to_numpy()) // 1000)
    found = histogram.quantiles()
    assert found is not None
    return found.p99


def pair_of_p99_ms(server: Server) -> tuple[float, float]:
    alone = p99_ms(behave(server))
    with misbehaving_clients(server):
        return alone, p99_ms(behave(server))


@pytest.mark.slow
def test_one_that_behaves_loses_nothing_and_memory_is_bounded(server: Server) -> None:
    process = psutil.Process(server.process.pid)
    alone = behave(server)
    with misbehaving_clients(server):
        beside = behave(server)
        rss_mib = process.memory_info().rss / 2**20
        descriptors = process.num_fds()
    print(f"p99 alone {p99_ms(alone):.1f} ms, beside {p99_ms(beside):.1f} ms; {rss_mib:.0f} MiB, {descriptors} files")
    assert alone.ok == beside.ok == SECONDS * RATE_PER_S
    assert rss_mib <= MOST_MIB
    assert descriptors <= 3 * CLIENTS
    # They are gone, and nothing of theirs is left.
    assert behave(server).ok == SECONDS * RATE_PER_S
    assert process.num_fds() < 100


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_one_that_behaves_is_served_as_soon_as_if_it_were_alone(server: Server) -> None:
    # Broker and server have compiled and connected what either kind of load needs before it counts.
    pairs = [pair_of_p99_ms(server) for _ in range(1 + ROUNDS)][1:]
    alone, beside = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"p99 in ms, alone and beside: {pairs}; medians {alone:.1f} and {beside:.1f}")
    assert beside <= max(3 * alone, FLOOR_MS)
