"""What the writer asks Kafka about its topic: the id, the partitions, where each log starts and ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class TopicIdentity:
    """A topic's id, which changes when it is deleted and made anew, and its number of partitions."""

    topic_id: str
    partition_count: int


class KafkaTopic:
    """Asks Kafka who a topic is.

    Args:
        client: the settings of a Kafka client.
    """

    def __init__(self, client: Mapping[str, Any], topic: str) -> None:
        self._client = dict(client)
        self._name = topic
        self._admin: AdminClient | None = None

    def identify(self, timeout_s: float = TIMEOUT_S) -> TopicIdentity:
        """Look the topic up.

        Raises:
            KafkaException: it does not exist, or Kafka does not answer.
        """
        if self._admin is None:
            self._admin = AdminClient(self._client)
        try:
            asked = self._admin.describe_topics(TopicCollection([self._name]), request_timeout=timeout_s)
            described: Any = asked[self._name].result()
        except KafkaException:
            # A client that has seen its broker go may never get an answer again.
            self._admin = None
            raise
        return TopicIdentity(str(described.topic_id), len(described.partitions))


def log_bounds(consumer: Consumer, topic: str, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Each partition's first offset and the one after its last, as Kafka has them now.

    Raises:
        KafkaException: Kafka does not answer, or not for these partitions yet.
    """
    # What the client learned of the topic from a broker that was starting or stopping it asks for again after minutes
    # only, and until then it says of each partition that it is unknown.
    consumer.list_topics(topic, timeout=TIMEOUT_S)
    return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=TIMEOUT_S) for p in partitions}
