"""Which days are complete now, by what Kafka has and what silver has of it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from reference.days.completeness import behind, closing
from reference.days.settings import UTC
from reference.errors import NoMarker, TopicRecreated
from reference.protocol.offsets import TableOffsets
from reference.writer.kafka_topic import KafkaTopic, TopicIdentity


class LiveDays:
    """Asks Kafka, then silver.

    Args:
        client: the settings of a Kafka client.
        offsets: silver's, read anew.
        now_s: Unix seconds.
        zone: of the purchases' local times.
    """

    def __init__(
        self,
        client: Mapping[str, Any],
        topic: str,
        offsets: Callable[[], TableOffsets],
        now_s: Callable[[], float],
        zone: ZoneInfo = UTC,
    ) -> None:
        self._name = topic
        self._topic = KafkaTopic(client, topic)
        self._offsets = offsets
        self._now_s = now_s
        self._zone = zone

    def is_complete(self, day: date) -> bool:
        """Whether nothing of a day is to be waited for any more; see completeness.

        Raises:
            TopicRecreated: silver's offsets are of another topic of this name.
        """
        closes_s = closing(day, self._zone).timestamp()
        if self._now_s() < closes_s:
            return False
        topic = self._topic.identify()
        fences = self._topic.offsets_at(range(topic.partition_count), int(closes_s * 1000))
        return not list(behind(fences, self._next_offsets(topic)))

    def refuse_backlog(self) -> None:
        """Make sure that silver has all that Kafka has.

        Raises:
            NoMarker: it has not; the text says how much is missing.
            TopicRecreated: silver's offsets are of another topic of this name.
        """
        topic = self._topic.identify()
        bounds = self._topic.log_bounds(range(topic.partition_count))
        ends = {partition: end for partition, (_, end) in bounds.items()}
        if missing := dict(behind(ends, self._next_offsets(topic))):
            told = ", ".join(f"{count:,} of partition {partition}" for partition, count in missing.items())
            raise NoMarker(f"Kafka has records that are not in silver yet: {told}; wait until they are, or use --live")

    def _next_offsets(self, topic: TopicIdentity) -> Mapping[int, int]:
        known = self._offsets()
        if known.topic_id not in (None, topic.topic_id):
            raise TopicRecreated(f"topic {self._name} has id {topic.topic_id}, silver follows id {known.topic_id}")
        return known.next
