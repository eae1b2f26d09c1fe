"""The Glue Schema Registry wire format: how a Kafka record's value names the schema version of its payload.

byte 0        0x03, the header version
byte 1        0x00 payload as is, 0x05 payload compressed with zlib
bytes 2-17    the schema version id, a UUID, big-endian
bytes 18-     the payload
"""

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from uuid import UUID

HEADER_VERSION: Final = 0x03
HEADER_BYTES: Final = 18


class Compression(IntEnum):
    """The values that the compression byte may have."""

    NONE = 0x00
    ZLIB = 0x05


class WireError(ValueError):
    """A record's value is not in the wire format; the text says which part was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class WireRecord:
    """A decoded value; `payload` is never compressed, `compression` says how it arrived."""

    version_id: UUID
    compression: Compression
    payload: bytes


def encode(version_id: UUID, payload: bytes, compress: bool = False) -> bytes:
    """Put the header in front of a payload that follows the given schema version."""
    compression = Compression.ZLIB if compress else Compression.NONE
    body = zlib.compress(payload) if compress else payload
    return bytes((HEADER_VERSION, compression)) + version_id.bytes + body


def decode(value: bytes, max_payload_bytes: int) -> WireRecord:
    """Take a record's value apart.

    Raises WireError for anything else than the format above, and for a payload of more than `max_payload_bytes`:
    no more than one byte above that limit is ever decompressed.
    """
    if len(value) < HEADER_BYTES:
        raise WireError(f"value has {len(value)} bytes, the header alone needs {HEADER_BYTES}")
    if value[0] != HEADER_VERSION:
        raise WireError(f"header version byte is 0x{value[0]:02x}, allowed is 0x{HEADER_VERSION:02x}")
    compression = _compression(value[1])
    body = value[HEADER_BYTES:]
    payload = body if compression is Compression.NONE else _inflate(body, max_payload_bytes)
    if len(payload) > max_payload_bytes:
        raise WireError(f"payload is larger than the {max_payload_bytes} bytes allowed")
    return WireRecord(UUID(bytes=value[2:HEADER_BYTES]), compression, payload)


def _compression(byte: int) -> Compression:
    try:
        return Compression(byte)
    except ValueError:
        raise WireError(f"compression byte is 0x{byte:02x}, allowed are 0x00 (none) and 0x05 (zlib)") from None


def _inflate(body: bytes, max_payload_bytes: int) -> bytes:
    """Decompress up to one byte above the limit; that byte tells the caller that there was more."""
    stream = zlib.decompressobj()
    try:
        payload = stream.decompress(body, max_payload_bytes + 1)
    except zlib.error as error:
        raise WireError(f"payload is marked as zlib and does not decompress: {error}") from None
    if len(payload) > max_payload_bytes:
        return payload
    if not stream.eof:
        raise WireError(f"zlib payload ends early, after {len(payload)} decompressed bytes")
    if stream.unused_data:
        raise WireError(f"{len(stream.unused_data)} bytes follow the zlib payload, allowed are none")
    return payload
