"""Acknowledged through real Kafka in batches, beside librdkafka alone with the same records and settings."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.figures import Round, measure
from tests.benchmarks.servers import PROGRAMS, Server, closed_loop, ours, serving

EVENTS = 300_000
CALLS_IN_FLIGHT = 100
"""As many events as librdkafka alone has in flight."""


@pytest.fixture(scope="module")
def server(kafka: str, topic: str, programs: Path) -> Iterator[Server]:  # noqa: ARG001 - they must be there
    with serving(ours(kafka, topic)) as started:
        yield started


def test_acked_through_kafka(
    benchmark: BenchmarkFixture, server: Server, kafka: str, topic: str, payloads: Path
) -> None:
    def once() -> Round:
        alone = _alone(kafka, topic, payloads)
        cost = closed_loop(server, "batch", CALLS_IN_FLIGHT, EVENTS)
        return {
            ("Acked through Kafka, batches of 100", "events/s"): cost.acked_per_s,
            ("librdkafka alone, same records", "events/s"): alone["delivered"] / alone["wall_s"],
            ("Acked ÷ librdkafka alone", "times"): cost.acked_per_s * alone["wall_s"] / alone["delivered"],
            ("Server CPU per event, batches of 100", "µs"): cost.server_us,
            ("librdkafka alone, CPU per event", "µs"): alone["cpu_s"] / alone["delivered"] * 1e6,
            ("Server CPU ÷ librdkafka alone", "times"): cost.server_us * alone["delivered"] / alone["cpu_s"] / 1e6,
        }

    measure(benchmark, once)


def _alone(kafka: str, topic: str, payloads: Path) -> dict[str, float]:
    command = [str(PROGRAMS / "keystone-bench-kafka-alone"), kafka, topic, str(payloads), str(EVENTS)]
    found: dict[str, float] = json.loads(subprocess.check_output(command))
    assert found["delivered"] == EVENTS
    return found
