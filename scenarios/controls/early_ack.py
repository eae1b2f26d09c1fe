"""An ingest server that acknowledges each event before Kafka has it, and forgets what Kafka does not take in time.

Takes the place of keystone-ingestd, with those of its flags that a target sets, for streams alone.
"""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import click
import google_crc32c
import grpc
from confluent_kafka import Producer
from keystone.ingest.v1.ingestion_pb2 import OUTCOME_FAILED, OUTCOME_OK, EventAck, EventRequest

from reference.contract import headers, wire

FORGET_MS = 1000
"""Away for longer than this, the broker misses events."""

POLL_S = 0.05
_SERVICE = "keystone.ingest.v1.IngestionService"
_INVALID_ARGUMENT: int = grpc.StatusCode.INVALID_ARGUMENT.value[0]


class EarlyAck:
    """Answers OK as soon as an event is on its way; where it will be in Kafka, nobody knows yet."""

    def __init__(self, producer: Producer, topic: str, version_id: UUID) -> None:
        self._producer = producer
        self._topic = topic
        self._version_id = version_id

    def handlers(self) -> grpc.GenericRpcHandler:
        """For the server; a call of any other method is answered with UNIMPLEMENTED."""
        stream: Any = grpc.stream_stream_rpc_method_handler(
            self.stream_events, EventRequest.FromString, EventAck.SerializeToString
        )
        return grpc.method_handlers_generic_handler(_SERVICE, {"StreamEvents": stream})

    async def stream_events(self, events: AsyncIterator[EventRequest], _context: Any) -> AsyncIterator[EventAck]:
        """An ack for each event, at once."""
        async for event in events:
            try:
                self._hand_over(event)
            except ValueError as error:
                code = _INVALID_ARGUMENT
                yield EventAck(seq=event.seq, outcome=OUTCOME_FAILED, code=code, message=str(error))
            else:
                yield EventAck(seq=event.seq, outcome=OUTCOME_OK, partition=-1, offset=-1)

    def _hand_over(self, event: EventRequest) -> None:
        payload = event.payload_json.encode()
        version_id = UUID(event.schema_version_id) if event.schema_version_id else self._version_id
        try:
            self._producer.produce(
                self._topic,
                value=wire.encode(version_id, payload),
                key=event.key or _order_id(payload),
                headers=_headers(event, payload),
            )
        except BufferError:
            # The queue to Kafka is full: one more that is acknowledged and forgotten.
            return


def _order_id(payload: bytes) -> str:
    """The default key.

    Raises:
        ValueError: the payload is no JSON object.
    """
    order = json.loads(payload)
    if not isinstance(order, dict):
        raise ValueError("payload_json is no JSON object")  # noqa: TRY004 - as any other payload that is refused
    return str(order.get("order_id", ""))


def _headers(event: EventRequest, payload: bytes) -> list[tuple[str, bytes]]:
    values: dict[str, object] = {headers.PRODUCER: event.producer, headers.SEQ: event.seq}
    if event.intended_ns:
        values[headers.INTENDED_NS] = event.intended_ns
    values |= {headers.RECEIVED_NS: time.time_ns(), headers.CRC32C: google_crc32c.value(payload)}
    return [(name, str(value).encode()) for name, value in values.items()]


@click.command(help=__doc__)
@click.option("--listen", required=True, help="Where clients call, as host:port.")
@click.option("--bootstrap-servers", required=True, help="Kafka, as host:port[,host:port].")
@click.option("--topic", required=True)
@click.option("--schema-version-id", type=click.UUID, required=True, help="Stamped on every event.")
def main(listen: str, bootstrap_servers: str, topic: str, schema_version_id: UUID) -> None:
    """Serve until SIGTERM."""
    # Without a second try no batch can overtake another; what the first try does not bring to Kafka is gone.
    settings = {"linger.ms": 5, "message.timeout.ms": FORGET_MS, "retries": 0, "log_level": 0}
    producer = Producer({"bootstrap.servers": bootstrap_servers, "error_cb": lambda _error: None} | settings)
    asyncio.run(_serve(EarlyAck(producer, topic, schema_version_id), listen, producer))


async def _serve(service: EarlyAck, listen: str, producer: Producer) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((service.handlers(),))
    server.add_insecure_port(listen)
    await server.start()
    while not stop.is_set():
        # Delivery reports must be taken, or they fill the queue; nobody looks at them.
        producer.poll(0)
        await asyncio.sleep(POLL_S)
    await server.stop(grace=1)
    producer.flush(FORGET_MS / 1000)


if __name__ == "__main__":
    main()
