"""What a call costs the load engine, beside ghz and Locust, and how well it keeps a high rate from one process."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from loadgen.arrivals import Arrivals, Phase
from loadgen.client import Client
from loadgen.locust_fleet import LOCUSTFILE
from loadgen.order_settings import OrderSettings
from loadgen.send import send
from loadgen.source import open_source
from reports.histogram import Histogram
from tests.benchmarks.conftest import peer
from tests.benchmarks.figures import Round, measure
from tests.benchmarks.servers import Server, closed_loop, echo, serving

CALLS = 20_000
IN_FLIGHT = 32
LOCUST_SECONDS = (5, 20)
CALLS_BESIDE_LOCUST = 100_000
"""So many that the engine's start does not count either."""
RATE_PER_S, SECONDS = 50_000, 10
LEAST_PER_S, PROBE_SECONDS, STEP, HELD = 30_000.0, 3.0, 1.1, 0.995
"""The highest rate is looked for from the least in steps; one is held if so much of it was acknowledged."""
PROTO = Path(__file__).parents[2] / "proto"
CONTRACT = "keystone/ingest/v1/ingestion.proto"


@pytest.fixture(scope="module")
def floor(programs: Path) -> Iterator[Server]:  # noqa: ARG001 - they must be there
    with serving(echo()) as started:
        yield started


def test_cpu_per_unary_call_beside_ghz(
    benchmark: BenchmarkFixture, floor: Server, payloads: Path, request: pytest.FixtureRequest
) -> None:
    ghz = peer(request, "ghz", "make bench-programs builds it where Go is present")

    def once() -> Round:
        engine = closed_loop(floor, "unary", IN_FLIGHT, CALLS)
        few_s, many_s = (_ghz_s(ghz, floor, payloads, calls) for calls in (CALLS // 4, CALLS))
        other = (many_s - few_s) / (CALLS - CALLS // 4) * 1e6
        return {
            (f"Load engine, CPU per unary call of {CALLS:,}", "µs"): engine.sender_us,
            ("ghz, CPU per unary call", "µs"): other,
            ("ghz ÷ load engine", "times"): other / engine.sender_us,
        }

    measure(benchmark, once)


def _ghz_s(program: str, server: Server, payloads: Path, calls: int) -> float:
    """CPU seconds of a closed loop of its own, in a process of its own, start included."""
    payload = payloads.read_text().partition("\n")[0]
    command = [
        *(program, "--insecure", "--proto", CONTRACT, "--import-paths", str(PROTO)),
        *("--call", "keystone.ingest.v1.IngestionService.SendEvent", "--format", "json"),
        *("--total", str(calls), "--concurrency", str(IN_FLIGHT), "--connections", "1"),
        *("--data", json.dumps({"payload_json": payload, "producer": "ghz"}), server.address),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    with process.stdout or pytest.fail("no output") as output:
        report = json.loads(output.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert report["statusCodeDistribution"] == {"OK": calls}
    return usage.ru_utime + usage.ru_stime


def test_cpu_per_unary_call_beside_locust(
    benchmark: BenchmarkFixture, floor: Server, request: pytest.FixtureRequest
) -> None:
    locust = peer(request, "locust", "pip install 'keystone-nexus[locust]'")

    def once() -> Round:
        engine = closed_loop(floor, "unary", IN_FLIGHT, CALLS_BESIDE_LOCUST)
        other = _locust(locust, floor)
        return {
            (f"Load engine, CPU per unary call of {CALLS_BESIDE_LOCUST:,}", "µs"): engine.sender_us,
            ("Locust, CPU per unary call", "µs"): other,
            ("Locust ÷ load engine", "times"): other / engine.sender_us,
        }

    measure(benchmark, once)


def _locust(program: str, server: Server) -> float:
    """CPU of its users in a closed loop, microseconds a call: what a longer run takes more than a shorter, so that its
    start does not count."""
    (short_s, few), (long_s, many) = (_locust_run(program, server, seconds) for seconds in LOCUST_SECONDS)
    return (long_s - short_s) / (many - few) * 1e6


def _locust_run(program: str, server: Server, seconds: int) -> tuple[float, int]:
    command = [
        *(program, "-f", str(LOCUSTFILE), "--headless", "--json", "--host", server.address),
        *("--users", str(IN_FLIGHT), "--spawn-rate", str(IN_FLIGHT), "--run-time", f"{seconds}s"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process.stdout or pytest.fail("no output") as output:
        [figures] = json.loads(output.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert (process.returncode, figures["num_failures"]) == (0, 0)
    return usage.ru_utime + usage.ru_stime, figures["num_requests"]


def test_a_planned_rate_on_one_stream(benchmark: BenchmarkFixture, floor: Server) -> None:
    def once() -> Round:
        cpu_s = sum(os.times()[:2])
        log = send(
            open_source("olist", OrderSettings()),
            Arrivals([Phase(SECONDS, RATE_PER_S)], poisson_seed=1),
            Client(floor.address, "bench"),
        )
        cpu_s = sum(os.times()[:2]) - cpu_s
        cells, lateness = log.latencies["lateness"], Histogram()
        lateness.record(cells.us, cells.counts)
        late = lateness.quantiles()
        assert late is not None
        named = f"one stream, {RATE_PER_S:,} events/s planned (Poisson)"
        return {
            (f"Acked: {named}", "events/s"): log.rate_held(SECONDS),
            (f"Load engine's lateness, p50: {named}", "ms"): late.p50,
            (f"Load engine's lateness, p99: {named}", "ms"): late.p99,
            (f"Load engine's lateness, max: {named}", "ms"): late.max,
            (f"Load engine, CPU per event: {named}", "µs"): cpu_s / log.planned * 1e6,
        }

    measure(benchmark, once)


def test_the_highest_rate_that_is_held_on_one_stream(benchmark: BenchmarkFixture, floor: Server) -> None:
    def once() -> Round:
        held, rate_per_s = 0.0, LEAST_PER_S
        while _is_held(floor, rate_per_s):
            held, rate_per_s = rate_per_s, rate_per_s * STEP
        return {(f"Highest rate held, one stream to an echo, in steps of {STEP - 1:.0%}", "events/s"): held}

    measure(benchmark, once)


def _is_held(server: Server, rate_per_s: float) -> bool:
    log = send(
        open_source("olist", OrderSettings()),
        Arrivals([Phase(PROBE_SECONDS, rate_per_s)]),
        Client(server.address, "bench"),
    )
    return log.rate_held(PROBE_SECONDS) >= HELD * rate_per_s
