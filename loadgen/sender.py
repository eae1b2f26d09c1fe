"""The sender's inside: one event loop with a task that follows the plan and one that keeps a stream open.

    plan ──► waiting events ──► writer ──► server
                                reader ◄── acks

The plan offers each event when it is due. The writer hands waiting events to the stream; the server's flow control
may hold it up, never the plan.
"""

import asyncio
import contextlib
import selectors
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import google_crc32c
import grpc
from keystone.ingest.v1 import ingestion_pb2

from loadgen.arrivals import Arrivals
from loadgen.clock import Clock
from loadgen.errors import NoServerError
from loadgen.events import Event
from loadgen.send_log import Outcome, Recorder, StreamBreak

_METHOD = "/keystone.ingest.v1.IngestionService/StreamEvents"
_CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 250),
    ("grpc.use_local_subchannel_pool", 1),
)
_RECONNECT_SECONDS = 0.1
"""Between the end of a stream and the next: a server that refuses streams is not asked all the time."""

_BURST = 8
"""How many late events are offered before the writer and the reader get their turn."""

_POLL_SECONDS = 0.1
"""How soon a stop is noticed."""

_OUTCOMES = {
    ingestion_pb2.OUTCOME_OK: Outcome.OK,
    ingestion_pb2.OUTCOME_FAILED: Outcome.FAILED,
}
"""What an ack stands for; every other value is unknown."""

_UNAVAILABLE: int = grpc.StatusCode.UNAVAILABLE.value[0]
_RESOURCE_EXHAUSTED: int = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
_DEADLINE_EXCEEDED: int = grpc.StatusCode.DEADLINE_EXCEEDED.value[0]

_Call = grpc.aio.StreamStreamCall[bytes, ingestion_pb2.EventAck]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where, when, and how many events may be open at once."""

    events: Iterator[Event]
    address: str
    arrivals: Arrivals
    producer: str
    max_open: int


class Sender:
    """Follows one plan once. `run` blocks; `stop` and `give_up` may be called from any thread."""

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        clock: Clock,
        *,
        stop: threading.Event,
        connect_timeout_s: float,
        ack_timeout_s: float,
    ) -> None:
        self.stopped = False
        self._plan = plan
        self._recorder = recorder
        self._now_ns = clock.now_ns
        self._outer_stop = stop
        self._connect_timeout_s = connect_timeout_s
        self._ack_timeout_s = ack_timeout_s
        self._given_up = False
        self._plan_ended = asyncio.Event()
        self._connected = False
        self._stream = -1
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._wake = asyncio.Event()

    def stop(self) -> None:
        """Let no further event become due."""
        self.stopped = self.stopped or not self._plan_ended.is_set()

    def give_up(self) -> None:
        """Wait for no further ack."""
        self._given_up = True

    def run(self) -> None:
        """Send and settle every event that became due; raises what the events raise."""
        with asyncio.Runner(loop_factory=_event_loop) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        async with grpc.aio.insecure_channel(self._plan.address, options=_CHANNEL_OPTIONS) as channel:
            connection = asyncio.create_task(self._keep_connected(channel))
            try:
                await self._first_connection(connection)
                await self._follow_plan(connection)
            finally:
                await self._finish(connection)

    async def _first_connection(self, connection: asyncio.Task[None]) -> None:
        """Wait for the first stream, so that no event is due before there is one."""
        deadline_ns = self._now_ns() + int(self._connect_timeout_s * 1e9)
        while not (self._connected or self._must_stop() or connection.done()):
            if self._now_ns() > deadline_ns:
                seconds = f"{self._connect_timeout_s:g} s"
                raise NoServerError(f"no ingest server answers at {self._plan.address!r} within {seconds}")
            await asyncio.sleep(0.01)

    async def _follow_plan(self, connection: asyncio.Task[None]) -> None:
        start_ns = self._now_ns()
        for seq in range(self._plan.arrivals.count):
            event = next(self._plan.events, None)
            offset_ns = self._plan.arrivals.offset_ns(seq)
            if event is None or offset_ns is None:
                return
            intended_ns = start_ns + offset_ns
            crc32c = google_crc32c.value(event.payload.encode())
            message = self._message(event, seq, intended_ns)
            if not await self._until(intended_ns, connection):
                return
            self._recorder.plan(intended_ns, crc32c, event.price_cents, spoilt=event.spoilt)
            self._offer(seq, message)
            if seq % _BURST == 0:
                await asyncio.sleep(0)

    def _message(self, event: Event, seq: int, intended_ns: int) -> bytes:
        return ingestion_pb2.EventRequest(
            payload_json=event.payload, producer=self._plan.producer, seq=seq, intended_ns=intended_ns
        ).SerializeToString()

    async def _until(self, due_ns: int, connection: asyncio.Task[None]) -> bool:
        """Sleep until an event is due, not at all if it is late; False if the plan is to end before it."""
        while not (self._must_stop() or connection.done()):
            seconds = (due_ns - self._now_ns()) / 1e9
            if seconds <= 0:
                return True
            await asyncio.sleep(min(seconds, _POLL_SECONDS))
        return False

    def _must_stop(self) -> bool:
        self.stopped = self.stopped or self._outer_stop.is_set()
        return self.stopped

    def _offer(self, seq: int, message: bytes) -> None:
        """An event is due: queue it for the writer, or let it fail."""
        if not self._connected:
            self._recorder.not_sent(seq, _UNAVAILABLE)
        elif self._recorder.open > self._plan.max_open:
            self._recorder.not_sent(seq, _RESOURCE_EXHAUSTED)
        else:
            self._waiting.append((seq, message))
            self._wake.set()

    async def _keep_connected(self, channel: grpc.aio.Channel) -> None:
        """One stream after another until the plan has ended."""
        method: grpc.aio.StreamStreamMultiCallable[bytes, ingestion_pb2.EventAck]
        method = channel.stream_stream(_METHOD, response_deserializer=ingestion_pb2.EventAck.FromString)
        while not self._plan_ended.is_set():
            await channel.channel_ready()
            call: _Call = method()
            self._connected = True
            self._stream += 1
            code, details = await self._use(call)
            self._connected = False
            self._settle(code or _UNAVAILABLE)
            if code or not self._plan_ended.is_set():
                self._recorder.breaks.append(StreamBreak(self._now_ns(), code, details))
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _use(self, call: _Call) -> tuple[int, str]:
        """Write and read until the stream has ended; the gRPC code and details with which it did."""
        writer = asyncio.create_task(self._write(call))
        try:
            await self._read(call)
        except grpc.aio.AioRpcError as error:
            return error.code().value[0], error.details() or ""
        else:
            return 0, ""
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, asyncio.InvalidStateError, grpc.aio.AioRpcError):
                await writer

    async def _write(self, call: _Call) -> None:
        while True:
            while self._waiting:
                seq, message = self._waiting.popleft()
                self._recorder.hand_over(seq, self._now_ns(), self._stream)
                await call.write(message)
            if self._plan_ended.is_set():
                await call.done_writing()
                return
            self._wake.clear()
            await self._wake.wait()

    async def _read(self, call: _Call) -> None:
        # Iterating, not call.read(): once the call's status is known, that one does not look for acks still unread.
        async for ack in call:
            outcome = _OUTCOMES.get(ack.outcome, Outcome.UNKNOWN)
            known = self._recorder.acknowledge(ack.seq, outcome, ack.code, self._now_ns())
            if known and outcome is Outcome.OK:
                self._recorder.place(ack.seq, ack.partition, ack.offset)

    async def _finish(self, connection: asyncio.Task[None]) -> None:
        """Half-close, wait for the acks that may still come, then settle what is left."""
        self._plan_ended.set()
        self._wake.set()
        deadline_ns = self._now_ns() + int(self._ack_timeout_s * 1e9)
        while self._connected and not connection.done() and not self._given_up and self._now_ns() < deadline_ns:
            await asyncio.wait({connection}, timeout=_POLL_SECONDS)
        connection.cancel()
        (result,) = await asyncio.gather(connection, return_exceptions=True)
        self._settle(_DEADLINE_EXCEEDED)
        if isinstance(result, Exception):
            raise result

    def _settle(self, code: int) -> None:
        """Without a stream: what waits has certainly not left, what was handed over may have."""
        while self._waiting:
            seq, _ = self._waiting.popleft()
            self._recorder.not_sent(seq, code)
        self._recorder.lose_sent(code)


def _event_loop() -> asyncio.AbstractEventLoop:
    """A loop that wakes to the microsecond where it can.

    epoll rounds each wait up to a millisecond, which would be lateness of our own making. select does not, but
    cannot hold files numbered 1,024 and up.
    """
    with Path("/dev/null").open() as probe:
        precise = probe.fileno() < 512
    return asyncio.SelectorEventLoop(selectors.SelectSelector() if precise else selectors.DefaultSelector())
