"""What the writer asks Kafka about its topic: the id, the partitions, where each log starts and ends."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

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
        with self._asking() as admin:
            asked = admin.describe_topics(TopicCollection([self._name]), request_timeout=timeout_s)
            described: Any = asked[self._name].result()
        return TopicIdentity(str(described.topic_id), len(described.partitions))

    def log_bounds(self, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Each partition's first offset and the one after its last, as Kafka has them now.

        The consumer is not asked: what it has learned of the topic from a broker that was starting or stopping it asks
        for again after minutes only, and until then takes each partition for unknown.

        Raises:
            KafkaException: Kafka does not answer, or not for these partitions yet.
        """
        wanted = list(partitions)
        firsts, ends = self._offsets(wanted, OffsetSpec.earliest()), self._offsets(wanted, OffsetSpec.latest())
        return {partition: (firsts[partition], ends[partition]) for partition in wanted}

    def offsets_at(self, partitions: Iterable[int], timestamp_ms: int) -> dict[int, int]:
        """Each partition's first offset of that time or later; of one that has none, the one after its last.

        Raises:
            KafkaException: Kafka does not answer.
        """
        wanted = list(partitions)
        # The ends first: what comes between both questions is of that time or later, and found by the second.
        ends = self._offsets(wanted, OffsetSpec.latest())
        found = self._offsets(wanted, OffsetSpec.for_timestamp(timestamp_ms))
        return {partition: ends[partition] if found[partition] < 0 else found[partition] for partition in wanted}

    def _offsets(self, partitions: Iterable[int], which: OffsetSpec) -> dict[int, int]:
        with self._asking() as admin:
            asked = admin.list_offsets(
                {TopicPartition(self._name, partition): which for partition in partitions}, request_timeout=TIMEOUT_S
            )
            return {tp.partition: answer.result().offset for tp, answer in asked.items()}

    @contextmanager
    def _asking(self) -> Iterator[AdminClient]:
        if self._admin is None:
            self._admin = AdminClient(self._client)
        try:
            yield self._admin
        except KafkaException:
            # A client that has seen its broker go may never get an answer again.
            self._admin = None
            raise
