"""Poison goes straight into a real topic, at its rate, and is counted."""

import time
from datetime import date
from uuid import UUID

import pytest

from loadgen.poison import PoisonSource, kinds
from reference.contract import wire
from reference.contract.wire import WireError
from reference.decode.decoder import MAX_PAYLOAD_BYTES
from reference.decode.python_decoder import decode_order
from scenarios.targets.embedded.target import EmbeddedTarget

pytestmark = pytest.mark.integration

EVERY_KIND_S = 0.5
KINDS = kinds(UUID(int=1).bytes)


def test_every_kind_is_delivered_and_counted(stack: EmbeddedTarget) -> None:
    endpoints = stack.status().endpoints
    source = PoisonSource(
        endpoints.kafka_client, endpoints.topic, KINDS, "chaos/test", len(KINDS) / EVERY_KIND_S, time.monotonic
    )
    source.start()
    time.sleep(2 * EVERY_KIND_S)  # a rate is counted over a time
    log = source.stop()
    assert len(KINDS) <= log.sent <= 3 * len(KINDS)
    assert log.delivered == log.sent
    assert source.stop() == log


def test_at_rate_zero_there_is_none() -> None:
    source = PoisonSource({"bootstrap.servers": "127.0.0.1:1"}, "topic", KINDS, "chaos/test", 0.0, time.monotonic)
    source.start()
    assert (source.stop(0.1).sent, source.stop(0.1).delivered) == (0, 0)


def test_no_two_kinds_are_bad_in_the_same_way() -> None:
    version = UUID(int=1)
    whys = [why_bad(value, version) for value in kinds(version.bytes)]
    assert "[]" not in whys
    assert len(set(whys)) == len(whys)


def why_bad(value: bytes | None, known: UUID) -> str:
    if value is None:
        return "null"
    try:
        record = wire.decode(value, MAX_PAYLOAD_BYTES)
    except WireError as error:
        return str(error)
    return str(decode_order(record.payload, date.max)[1]) if record.version_id == known else "unknown version"
