"""The ingest server as a process, and its clients."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from keystone.ingest.v1 import ingestion_pb2, ingestion_pb2_grpc

INGESTD = Path(sys.executable).with_name("keystone-ingestd")
VERSION = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
DEADLINE_S = 30


@dataclass(frozen=True)
class Server:
    """One that listens. `port` is where; its log is read anew at each look."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def ingestd(kafka: str, topic: str, log: Path, flags: Sequence[str] = ()) -> Iterator[Server]:
    """A server on a free port; it ends with the block."""
    command = [str(INGESTD), "--listen", "127.0.0.1:0", "--bootstrap-servers", kafka, "--topic", topic]
    command += ["--schema-version-id", VERSION, *flags]
    with log.open("wb") as output, subprocess.Popen(command, stderr=output) as process:
        try:
            await_true(lambda: "listening on" in log.read_text() or process.poll() is not None, "it takes too long")
            assert process.poll() is None, "the server did not listen"
            port = int(log.read_text().partition("listening on 127.0.0.1:")[2].split()[0])
            yield Server(process, port, log)
        finally:
            process.terminate()
            process.wait(DEADLINE_S)


def send(channel: grpc.Channel, token: str | None = None, seq: int = 1) -> grpc.StatusCode:
    """One event; how the call ended."""
    event = ingestion_pb2.EventRequest(payload_json='{"order_id":"o"}', producer="test", seq=seq)
    stub = ingestion_pb2_grpc.IngestionServiceStub(channel)
    call = stub.SendEvent.future(event, timeout=DEADLINE_S, metadata=bearing(token))
    call.exception()  # waits for the end
    return call.code()


def bearing(token: str | None) -> tuple[tuple[str, str], ...]:
    """Metadata with a token."""
    return () if token is None else (("authorization", f"Bearer {token}"),)


def await_true(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
