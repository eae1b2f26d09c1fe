"""How a writer stands towards Kafka: a member of a group that reads from where it is told and commits when it says."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError

log = logging.getLogger(__name__)

MAX_HEARTBEAT_MS = 3_000


def open_consumer(client: Mapping[str, Any], group: str, instance_id: str | None, session_timeout_ms: int) -> Consumer:
    """A member of a group.

    Args:
        client: the settings of a Kafka client.
        instance_id: its name as a static member; None for a member like any other.
        session_timeout_ms: after so long without a heartbeat it is taken for dead.
    """
    static = {"group.instance.id": instance_id} if instance_id else {}
    return Consumer(
        dict(client)
        | static
        | {
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": session_timeout_ms,
            # Whoever joins waits for everybody's next heartbeat.
            "heartbeat.interval.ms": min(max(session_timeout_ms // 4, 200), MAX_HEARTBEAT_MS),
            "fetch.queue.backoff.ms": 10,
        }
    )


def say_once() -> Callable[[KafkaError], None]:
    """A client's error_cb that says each kind of error once."""
    said: set[int] = set()

    def say(error: KafkaError) -> None:
        if error.code() not in said:
            said.add(error.code())
            log.warning("Kafka: %s", error)

    return say
