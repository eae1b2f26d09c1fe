"""An ingest server on a real socket that answers as a test tells it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from keystone.ingest.v1 import ingestion_pb2_grpc
from keystone.ingest.v1.ingestion_pb2 import OUTCOME_FAILED, OUTCOME_OK, EventAck, EventRequest, EventResponse

Answer = Callable[[EventRequest], Iterator[EventAck]]


def accept(request: EventRequest) -> Iterator[EventAck]:
    yield EventAck(seq=request.seq, outcome=OUTCOME_OK, partition=request.seq % 3, offset=request.seq // 3)


def ignore(_: EventRequest) -> Iterator[EventAck]:
    return iter(())


class Server(ingestion_pb2_grpc.IngestionServiceServicer):
    """An ingest server with a Kafka of its own imagination: `answer` says what each event is answered with."""

    def __init__(self, answer: Answer = accept, port: int = 0) -> None:
        self.answer = answer
        self.received: list[EventRequest] = []
        self.half_closed = 0
        self._server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        ingestion_pb2_grpc.add_IngestionServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def SendEvent(self, request: EventRequest, context: grpc.ServicerContext) -> Any:  # noqa: N802 - the contract's name
        self.received.append(request)
        ack = next(self.answer(request), None)
        if ack is None:
            return context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "no answer")
        if ack.outcome != OUTCOME_OK:
            name = "failed" if ack.outcome == OUTCOME_FAILED else "unknown"
            context.set_trailing_metadata((("keystone-outcome", name),))
            return context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "told to")
        return EventResponse(success=True, partition=ack.partition, offset=ack.offset)

    def SendBatch(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        raise NotImplementedError

    def StreamEvents(self, request_iterator: Any, context: grpc.ServicerContext) -> Iterator[EventAck]:  # noqa: N802
        for request in request_iterator:
            self.received.append(request)
            try:
                yield from self.answer(request)
            except ConnectionError:
                context.abort(grpc.StatusCode.UNAVAILABLE, "broken on purpose")
        self.half_closed += 1

    def kill(self) -> None:
        """End at once, as a killed process does."""
        self._server.stop(grace=None).wait()
