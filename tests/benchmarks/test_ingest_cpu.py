"""What an acknowledged event costs the ingest server, beside an echo without Kafka and the naive design."""

import re
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from loadgen.client import CallKind
from tests.benchmarks.figures import Round, measure
from tests.benchmarks.servers import Server, closed_loop, echo, naive, ours, serving

EVENTS: dict[CallKind, int] = {"unary": 20_000, "stream": 100_000, "batch": 300_000}


@pytest.fixture(scope="module")
def servers(kafka: str, topic: str, programs: Path) -> Iterator[dict[str, Server]]:  # noqa: ARG001 - they must be there
    with ExitStack() as stack:
        commands = {"echo": echo(), "naive": naive(kafka, topic), "ours": ours(kafka, topic)}
        yield {name: stack.enter_context(serving(command)) for name, command in commands.items()}


@pytest.mark.parametrize("in_flight", [32, 256])
@pytest.mark.parametrize("call", ["unary", "stream", "batch"])
def test_cpu_per_acked_event(
    benchmark: BenchmarkFixture, servers: dict[str, Server], call: CallKind, in_flight: int
) -> None:
    def once() -> Round:
        floor = closed_loop(servers["echo"], call, in_flight, EVENTS[call])
        cost = closed_loop(servers["ours"], call, in_flight, EVENTS[call])
        unsafe = closed_loop(servers["naive"], "unary", in_flight, EVENTS["unary"])
        named = f"{call}, {in_flight} in flight"
        return {
            (f"Server CPU per acked event, {named}", "µs"): cost.server_us,
            (f"Echo without Kafka, {named}", "µs"): floor.server_us,
            (f"Server ÷ echo, {named}", "times"): cost.server_us / floor.server_us,
            (f"Naive server (unary) ÷ server, {named}", "times"): unsafe.server_us / cost.server_us,
            (f"Acked, {named}", "events/s"): cost.acked_per_s,
        }

    measure(benchmark, once)


def test_time_inside_the_server(benchmark: BenchmarkFixture, servers: dict[str, Server]) -> None:
    """The median of what its own histogram says of loads like those above, by its buckets' upper bounds."""

    def once() -> Round:
        for call, events in EVENTS.items():
            closed_loop(servers["ours"], call, 256, events)
        buckets = _inside(servers["ours"])
        return {(f"Time inside the server, median, {call}: at most", "µs"): _median(buckets[call]) for call in buckets}

    found = measure(benchmark, once, rounds=1)
    assert len(found) == 3


def _inside(server: Server) -> dict[str, list[tuple[float, int]]]:
    """Call → upper bound in microseconds and events up to there."""
    if server.metrics is None:
        raise RuntimeError("the server has no metrics")
    text = urllib.request.urlopen(server.metrics, timeout=10).read().decode()  # noqa: S310 - our own
    found: dict[str, list[tuple[float, int]]] = {}
    for call, bound, count in re.findall(r'inside_seconds_bucket\{call="(\w+)",le="([^"]+)"\} (\d+)', text):
        found.setdefault(call, []).append((float(bound) * 1e6, int(count)))
    return found


def _median(buckets: list[tuple[float, int]]) -> float:
    half = buckets[-1][1] / 2
    assert half > 0, "no event was sent: this comes after the loads above"
    return next(bound for bound, count in buckets if count >= half)
