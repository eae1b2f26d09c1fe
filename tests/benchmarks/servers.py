"""Servers to send to, each a process of its own, and what they cost."""

import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from loadgen.arrivals import Arrivals, Phase
from loadgen.client import CallKind, Client
from loadgen.order_settings import OrderSettings
from loadgen.send import send
from loadgen.send_log import SendLog
from loadgen.source import open_source

BUILD: Final = Path(__file__).parents[2] / "build" / "bench" / "native"
PROGRAMS: Final = BUILD / "bench"
VERSION: Final = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
BATCH: Final = 100


@dataclass(frozen=True)
class Server:
    """One that listens."""

    address: str
    pid: int
    metrics: str | None = None

    def cpu_s(self) -> float:
        """CPU seconds that it has used, user and system, all threads."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(command: Sequence[str]) -> Iterator[Server]:
    """A server that says where it listens; it ends with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield _listening(process)
        finally:
            process.terminate()


def _listening(process: "subprocess.Popen[str]") -> Server:
    said, metrics = "", None
    for line in process.stdout or ():
        said += line
        if "metrics at" in line:
            metrics = line.split()[-1]
        if "listening on" in line:
            return Server(line.split()[-1], process.pid, metrics)
    raise RuntimeError(f"the server did not listen: {said}")


def echo() -> list[str]:
    """The floor: acknowledges what it has read."""
    return [str(PROGRAMS / "keystone-bench-echo-server")]


def naive(kafka: str, topic: str) -> list[str]:
    """gRPC's synchronous API, and OK before delivery."""
    return [str(PROGRAMS / "keystone-bench-naive-server"), kafka, topic]


def ours(kafka: str, topic: str) -> list[str]:
    """The ingest server with its defaults, metrics included."""
    return [
        *(str(BUILD / "keystone-ingestd"), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"),
        *("--bootstrap-servers", kafka, "--topic", topic, "--schema-version-id", VERSION),
    ]


@dataclass(frozen=True)
class Cost:
    """Of a closed loop: CPU an acknowledged event, in microseconds, of the server and of the sender."""

    server_us: float
    sender_us: float
    acked_per_s: float


def closed_loop(server: Server, call: CallKind, calls_in_flight: int, events: int) -> Cost:
    """Send so many events with so many calls, or events of a stream, under way; a tenth of them first, to warm up."""
    _send(server.address, call, calls_in_flight, events // 10)
    server_s, sender_s = server.cpu_s(), _own_cpu_s()
    log = _send(server.address, call, calls_in_flight, events)
    server_s, sender_s = server.cpu_s() - server_s, _own_cpu_s() - sender_s
    if log.ok < log.planned:
        raise RuntimeError(f"{log.planned - log.ok} of {log.planned} events were not acknowledged")
    return Cost(server_s / log.ok * 1e6, sender_s / log.ok * 1e6, log.rate_held(0.0))


def _send(address: str, call: CallKind, calls_in_flight: int, events: int) -> SendLog:
    in_flight = calls_in_flight * (BATCH if call == "batch" else 1)
    return send(
        open_source(f"olist:{events}", OrderSettings()),
        Arrivals([Phase(1.0, float(events))]),
        Client(address, "bench", call=call, batch_events=BATCH, in_flight=in_flight, ack_timeout_s=60),
    )


def _own_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
