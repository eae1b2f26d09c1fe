"""Producers that send again what has its answer already: those told no, which then arrives, and those told yes."""

from collections.abc import Iterator
from itertools import islice

import grpc
from keystone.ingest.v1.ingestion_pb2 import OUTCOME_OK, BatchRequest, EventRequest
from keystone.ingest.v1.ingestion_pb2_grpc import IngestionServiceStub

from loadgen.events import Event
from loadgen.send_log import SendLog, where
from scenarios.targets.errors import TargetError

MOST = 1000
PER_BATCH = 200
TIMEOUT_S = 30.0


def resend(log: SendLog, outcome: str, events: Iterator[Event], address: str) -> int:
    """Send the events of that outcome once more, MOST of them at the most, under the same producer and seq.

    The log goes on saying what it said.

    Args:
        outcome: "failed" or "ok".
        events: the same as were sent, from the first.

    Returns:
        How many were acknowledged.

    Raises:
        TargetError: nobody answers at `address`, or not one arrived: then there is nothing that could be caught.
    """
    requests = _requests(log, outcome, events)
    acked = 0
    try:
        with grpc.insecure_channel(address) as channel:
            service = IngestionServiceStub(channel)
            while batch := list(islice(requests, PER_BATCH)):
                answer = service.SendBatch(BatchRequest(events=batch), timeout=TIMEOUT_S, wait_for_ready=True)
                acked += sum(ack.outcome == OUTCOME_OK for ack in answer.acks)
    except grpc.RpcError as error:
        raise TargetError(f"nothing could be sent again: {error}") from error
    if not acked:
        raise TargetError(
            f"nothing was sent again: of the run's events {outcome!r} was the outcome of none that arrived"
        )
    return acked


def _requests(log: SendLog, outcome: str, events: Iterator[Event]) -> Iterator[EventRequest]:
    intended: dict[int, int] = {}
    for batch in log.table.select(["seq", "intended_ns", "outcome"]).to_batches():
        chosen = batch.filter(where(batch, outcome)).slice(0, MOST - len(intended))
        intended |= {row["seq"]: row["intended_ns"] for row in chosen.to_pylist()}
    for seq, event in enumerate(islice(events, max(intended, default=-1) + 1)):
        if seq in intended:
            yield EventRequest(payload_json=event.payload, producer=log.producer, seq=seq, intended_ns=intended[seq])
