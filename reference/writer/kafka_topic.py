"""What the writer asks Kafka about its topic: the id, the partitions, where each log starts and ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class TopicIdentity:
    """A topic's id, which changes when it is deleted and made anew, and its number of partitions."""

    topic_id: str
    partition_count: int


def identify(admin: AdminClient, topic: str) -> TopicIdentity:
    """Look the topic up.

    Raises:
        KafkaException: it does not exist, or Kafka does not answer.
    """
    described: Any = admin.describe_topics(TopicCollection([topic]), request_timeout=TIMEOUT_S)[topic].result()
    return TopicIdentity(str(described.topic_id), len(described.partitions))


def log_bounds(consumer: Consumer, topic: str, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Each partition's first offset and the one after its last, as Kafka has them now."""
    return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=TIMEOUT_S) for p in partitions}
