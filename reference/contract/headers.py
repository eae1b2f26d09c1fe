"""The headers that the ingest server puts on a Kafka record, and how to read them from any record.

Records of other producers arrive with none of them, with some, or with nonsense under the same names. None of that
is an error: what cannot be read is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

PRODUCER: Final = "producer"
SEQ: Final = "seq"
INTENDED_NS: Final = "intended_ns"
RECEIVED_NS: Final = "received_ns"
CRC32C: Final = "crc32c"
TRACEPARENT: Final = "traceparent"

_INT64_MAX = 2**63 - 1
_UINT32_MAX = 2**32 - 1
_INT64_DIGITS = 19


@dataclass(frozen=True, slots=True)
class RecordHeaders:
    """A record's headers. Times are nanoseconds since 1970 UTC, the checksum is over the JSON as the producer sent it.

    Numbers are ASCII decimal digits without sign, at most 19; a `seq` above the int64 that the lake stores is None.
    """

    producer: str | None = None
    seq: int | None = None
    intended_ns: int | None = None
    received_ns: int | None = None
    crc32c: int | None = None
    traceparent: str | None = None

    @classmethod
    def parse(cls, headers: Sequence[tuple[str, bytes | None]] | None) -> Self:
        """Read what is readable, never raising; of headers with the same name the last counts."""
        values = dict(headers or ())
        return cls(
            producer=_text(values.get(PRODUCER)),
            seq=_number(values.get(SEQ), _INT64_MAX),
            intended_ns=_number(values.get(INTENDED_NS), _INT64_MAX),
            received_ns=_number(values.get(RECEIVED_NS), _INT64_MAX),
            crc32c=_number(values.get(CRC32C), _UINT32_MAX),
            traceparent=_text(values.get(TRACEPARENT)),
        )


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _number(value: bytes | None, largest: int) -> int | None:
    if value is None or not value.isdigit() or len(value) > _INT64_DIGITS:
        return None
    number = int(value)
    return number if number <= largest else None
