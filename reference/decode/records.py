"""A Kafka record as the pipeline holds it between reading and writing."""

from typing import NamedTuple

from reference.contract.headers import RecordHeaders

_DAY_NS = 86_400 * 10**9
_LAST_MS = 2**63 // 10**6 - 1
"""The last millisecond whose nanoseconds fit into 64 bits, in the year 2262."""


class Record(NamedTuple):
    """One Kafka record; `timestamp_ms` is Kafka's own, since 1970 UTC, -1 where it has none."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RecordHeaders
    timestamp_ms: int

    @property
    def received_ns(self) -> int:
        """When the ingest server had it; by Kafka's timestamp if it did not come through that server.

        The header is believed within a day of Kafka's timestamp: bronze lies by day of receipt, and made-up days
        would make a file each.
        """
        by_kafka = min(max(self.timestamp_ms, 0), _LAST_MS) * 1_000_000
        stated = self.headers.received_ns
        if stated is None or (self.timestamp_ms >= 0 and abs(stated - by_kafka) > _DAY_NS):
            return by_kafka
        return stated
