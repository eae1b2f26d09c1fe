"""Poison goes straight into a real topic, at its rate, and is counted."""

import time

import pytest

from loadgen.poison import KINDS, PoisonSource
from scenarios.targets.embedded.target import EmbeddedTarget

pytestmark = pytest.mark.integration

EVERY_KIND_S = 0.5


def test_every_kind_is_delivered_and_counted(stack: EmbeddedTarget) -> None:
    endpoints = stack.status().endpoints
    source = PoisonSource(endpoints.kafka, endpoints.topic, "chaos/test", len(KINDS) / EVERY_KIND_S, time.monotonic)
    source.start()
    time.sleep(2 * EVERY_KIND_S)  # a rate is counted over a time
    log = source.stop()
    assert len(KINDS) <= log.sent <= 3 * len(KINDS)
    assert (log.producer, log.delivered) == ("chaos/test", log.sent)
    assert source.stop() == log


def test_at_rate_zero_there_is_none() -> None:
    source = PoisonSource("127.0.0.1:1", "topic", "chaos/test", 0.0, time.monotonic)
    source.start()
    assert (source.stop(0.1).sent, source.stop(0.1).delivered) == (0, 0)
