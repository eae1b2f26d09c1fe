"""A Kafka record as the pipeline holds it between reading and writing."""

from typing import NamedTuple

from reference.contract.headers import RecordHeaders


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
        """When the ingest server had it; by Kafka's timestamp if it did not come through that server."""
        if self.headers.received_ns is not None:
            return self.headers.received_ns
        return max(self.timestamp_ms, 0) * 1_000_000
