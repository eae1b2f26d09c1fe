"""Which days are complete now, by what Kafka has and what silver has of it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from reference.days.completeness import behind, closing
from reference.days.settings import UTC
from reference.errors import NoMarker
from reference.protocol.offsets import TableOffsets
from reference.writer.kafka_topic import KafkaTopic


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
        self._topic = KafkaTopic(client, topic)
        self._offsets = offsets
        self._now_s = now_s
        self._zone = zone

    def is_complete(self, day: date) -> bool:
        """Whether nothing of a day is to be waited for any more; see completeness."""
        closes_s = closing(day, self._zone).timestamp()
        if self._now_s() < closes_s:
            return False
        fences = self._topic.offsets_at(self._partitions(), int(closes_s * 1000))
        return not list(behind(fences, self._offsets().next))

    def refuse_backlog(self) -> None:
        """Make sure that silver has all that Kafka has.

        Raises:
            NoMarker: it has not; the text says how much is missing.
        """
        ends = {partition: end for partition, (_, end) in self._topic.log_bounds(self._partitions()).items()}
        if missing := dict(behind(ends, self._offsets().next)):
            told = ", ".join(f"{count:,} of partition {partition}" for partition, count in missing.items())
            raise NoMarker(f"Kafka has records that are not in silver yet: {told}; wait until they are, or use --live")

    def _partitions(self) -> range:
        return range(self._topic.identify().partition_count)
