"""The Glue wire format: what is encoded comes back, and nothing hostile gets through."""

import contextlib
import tracemalloc
import zlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.contract.wire import Compression, WireError, WireRecord, decode, encode

VERSION = UUID("00112233-4455-6677-8899-aabbccddeeff")
HEADER = bytes.fromhex("0300 00112233445566778899aabbccddeeff")
ZLIB_HEADER = b"\x03\x05" + HEADER[2:]


def test_header_is_version_compression_and_big_endian_uuid() -> None:
    assert encode(VERSION, b"{}") == HEADER + b"{}"


def test_compressed_payload_is_plain_zlib() -> None:
    value = encode(VERSION, b"{}", compress=True)
    assert value[:18] == ZLIB_HEADER
    assert zlib.decompress(value[18:]) == b"{}"


@given(st.uuids(), st.binary(max_size=2_000), st.booleans())
def test_what_is_encoded_is_decoded(version: UUID, payload: bytes, compress: bool) -> None:
    compression = Compression.ZLIB if compress else Compression.NONE
    record = decode(encode(version, payload, compress), max_payload_bytes=len(payload))
    assert record == WireRecord(version, compression, payload)


@given(st.binary() | st.binary().map(HEADER.__add__) | st.binary().map(ZLIB_HEADER.__add__), st.integers(0, 100))
def test_any_bytes_are_decoded_or_refused(value: bytes, limit: int) -> None:
    with contextlib.suppress(WireError):
        assert len(decode(value, limit).payload) <= limit


@given(st.binary(min_size=1, max_size=500), st.booleans())
def test_a_payload_one_byte_over_the_limit_is_refused(payload: bytes, compress: bool) -> None:
    with pytest.raises(WireError, match=f"larger than the {len(payload) - 1} bytes"):
        decode(encode(VERSION, payload, compress), len(payload) - 1)


def test_a_bomb_is_not_expanded() -> None:
    bomb = ZLIB_HEADER + zlib.compress(bytes(200_000_000), 9)
    tracemalloc.start()
    with pytest.raises(WireError, match="larger than the 1000 bytes"):
        decode(bomb, 1_000)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1_000_000


@given(st.binary(min_size=1, max_size=300), st.data())
def test_a_truncated_zlib_payload_is_refused(payload: bytes, data: st.DataObject) -> None:
    value = encode(VERSION, payload, compress=True)
    cut = data.draw(st.integers(18, len(value) - 1))
    with pytest.raises(WireError, match="ends early"):
        decode(value[:cut], 1_000)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "value has 0 bytes, the header alone needs 18"),
        (HEADER[:17], "value has 17 bytes"),
        (b"{" + HEADER[1:], "header version byte is 0x7b, allowed is 0x03"),
        (b"\x03\x01" + HEADER[2:], r"compression byte is 0x01, allowed are 0x00 \(none\) and 0x05 \(zlib\)"),
        (ZLIB_HEADER + b"{}", "marked as zlib and does not decompress"),
        (ZLIB_HEADER + zlib.compress(b"{}") + b"xyz", "3 bytes follow the zlib payload"),
    ],
)
def test_the_reason_names_what_was_given(value: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        decode(value, 100)
