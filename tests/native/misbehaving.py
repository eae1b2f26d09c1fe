"""Clients that misbehave, in a process of their own until it is killed: python misbehaving.py HOST PORT COUNT SEED."""

import asyncio
import contextlib
import random
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from keystone.ingest.v1 import ingestion_pb2, ingestion_pb2_grpc

LARGE_BYTES = 100 << 20
LARGE_AT_ONCE = 4
PAUSE_S = 0.5
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EMPTY_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
LONG_HEADERS = b"\x00\x40\x00\x01\x00\x00\x00\x00\x01"
"""The head of a HEADERS frame of 16 KiB, whose rest never comes."""


class Clients:
    """One of each kind as often as it is asked for."""

    def __init__(self, host: str, port: int, dice: random.Random) -> None:
        self._host, self._port, self._dice = host, port, dice
        self._large = bytes(LARGE_BYTES)
        self._large_turn = asyncio.Semaphore(LARGE_AT_ONCE)

    @property
    def kinds(self) -> list[Callable[[], Awaitable[None]]]:
        return [self._never_reads, self._cancels, self._sends_garbage, self._sends_too_much, self._never_ends]

    def _channel(self) -> grpc.aio.Channel:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]
        return grpc.aio.insecure_channel(f"{self._host}:{self._port}", options)

    def _events(self, count: int) -> list[ingestion_pb2.EventRequest]:
        return [
            ingestion_pb2.EventRequest(payload_json='{"order_id":"o%d"}' % seq, producer="misbehaves", seq=seq)  # noqa: UP031
            for seq in range(count)
        ]

    async def _never_reads(self) -> None:
        """Sends events over a stream, and takes no ack."""
        async with self._channel() as channel:
            call = ingestion_pb2_grpc.IngestionServiceStub(channel).StreamEvents()
            for event in self._events(1_000):
                await call.write(event)
                await asyncio.sleep(0.02)
            call.cancel()

    async def _cancels(self) -> None:
        """Begins calls and ends them at any moment."""
        async with self._channel() as channel:
            stub = ingestion_pb2_grpc.IngestionServiceStub(channel)
            for _ in range(20):
                batch = stub.SendBatch(ingestion_pb2.BatchRequest(events=self._events(20)))
                stream = stub.StreamEvents(iter(self._events(20)))
                await asyncio.sleep(self._dice.uniform(0, 0.05))
                batch.cancel()
                stream.cancel()
                await asyncio.sleep(PAUSE_S)

    async def _sends_garbage(self) -> None:
        """Bytes that are nothing, with a proper beginning or without."""
        _, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(self._dice.choice([b"", PREFACE + EMPTY_SETTINGS]) + self._dice.randbytes(4_096))
        await writer.drain()
        await asyncio.sleep(PAUSE_S)
        writer.close()

    async def _sends_too_much(self) -> None:
        """One message of 100 MB."""
        async with self._large_turn, self._channel() as channel:
            call: Any = channel.unary_unary("/keystone.ingest.v1.IngestionService/SendEvent")
            await call(self._large)
        await asyncio.sleep(PAUSE_S)

    async def _never_ends(self) -> None:
        """Says hello a byte at a time, and then begins headers that it does not end (slow loris)."""
        _, writer = await asyncio.open_connection(self._host, self._port)
        for byte in PREFACE + EMPTY_SETTINGS + LONG_HEADERS + bytes(200):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.1)
        writer.close()


async def _again_and_again(kind: Callable[[], Awaitable[None]]) -> None:
    while True:
        # To be refused, or cut off, is what it came for.
        with contextlib.suppress(grpc.RpcError, asyncio.CancelledError, OSError, asyncio.InvalidStateError):
            await kind()
        await asyncio.sleep(PAUSE_S)


async def main(host: str, port: int, count: int, seed: int) -> None:
    """So many clients, of all kinds alike."""
    kinds = Clients(host, port, random.Random(seed)).kinds
    print("misbehaving", flush=True)
    await asyncio.gather(*(_again_and_again(kinds[number % len(kinds)]) for number in range(count)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
