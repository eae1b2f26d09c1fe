"""The seam behind which records become typed rows. Its one implementation now is plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import pyarrow as pa

from reference.contract import wire
from reference.contract.decoding import DecodeContract
from reference.contract.wire import WireError, WireRecord
from reference.decode.records import Record

MAX_PAYLOAD_BYTES = 2 * 1024 * 1024
"""No payload is decompressed beyond this; as much as the topic takes in one record."""


@dataclass(frozen=True)
class Decoded:
    """What became of a batch of payloads.

    Attributes:
        orders: a row for each payload that could be decoded, columns as ORDER_ARROW_SCHEMA, in the order given.
        failed: index of each payload that could not, with every reason found.
    """

    orders: pa.Table
    failed: Mapping[int, tuple[str, ...]]


class Decoder(Protocol):
    """Turns payloads of the order's schema into rows.

    A decoder is a pure function of payloads and contract: the same input gives the same rows and the same failures.
    """

    @property
    def version(self) -> str:
        """Name and version; changed whenever any payload would be decoded differently."""
        ...

    def decode(self, payloads: Sequence[bytes], contract: DecodeContract) -> Decoded:
        """Decode each payload on its own; none can stop the others."""
        ...


@dataclass(frozen=True)
class Envelope:
    """A record's value with the registry header taken off, or the reason why that is not possible."""

    schema_version: str | None
    payload: bytes | None
    reason: str | None


def open_envelope(record: Record) -> Envelope:
    """Read a record's registry header. Without a readable one, the payload is the whole value."""
    if record.value is None:
        return Envelope(None, None, "value: null; a record without a value is no event")
    try:
        opened: WireRecord = wire.decode(record.value, MAX_PAYLOAD_BYTES)
    except WireError as error:
        return Envelope(None, record.value, f"registry header: {error}")
    return Envelope(str(opened.version_id), opened.payload, None)


def unknown_version_reason(version: str) -> str:
    """Why a payload of an unregistered schema version fails."""
    return f"registry header: schema version {UUID(version)} is not registered for orders"
