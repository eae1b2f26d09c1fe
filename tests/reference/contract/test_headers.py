"""Record headers: ours are read, everybody else's do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.contract.headers import RecordHeaders

OURS: list[tuple[str, bytes | None]] = [
    ("producer", b"loadgen/7"),
    ("seq", b"0"),
    ("intended_ns", b"1527169500000000000"),
    ("received_ns", b"1527169500000000001"),
    ("crc32c", b"4294967295"),
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
]


def test_all_headers_of_the_ingest_server_are_read() -> None:
    assert RecordHeaders.parse(OURS) == RecordHeaders(
        producer="loadgen/7",
        seq=0,
        intended_ns=1_527_169_500_000_000_000,
        received_ns=1_527_169_500_000_000_001,
        crc32c=4_294_967_295,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


@pytest.mark.parametrize("headers", [None, [], [("other", b"1")]])
def test_a_record_without_our_headers_has_none(headers: list[tuple[str, bytes | None]] | None) -> None:
    assert RecordHeaders.parse(headers) == RecordHeaders()


@pytest.mark.parametrize(
    "value", [b"", b" 1", b"-1", b"+1", b"1_0", b"0x1", b"1.0", "\uff11".encode(), b"1" * 5_000, None]
)
def test_a_number_not_in_plain_digits_is_none(value: bytes | None) -> None:
    assert RecordHeaders.parse([("seq", value)]).seq is None


def test_a_seq_above_int64_is_none() -> None:
    assert RecordHeaders.parse([("seq", b"9223372036854775807")]).seq == 2**63 - 1
    assert RecordHeaders.parse([("seq", b"9223372036854775808")]).seq is None


def test_a_checksum_above_32_bits_is_none() -> None:
    assert RecordHeaders.parse([("crc32c", b"4294967296")]).crc32c is None


def test_text_that_is_not_utf8_is_none() -> None:
    assert RecordHeaders.parse([("producer", b"\xff")]).producer is None


def test_of_two_headers_with_one_name_the_last_counts() -> None:
    assert RecordHeaders.parse([("seq", b"1"), ("seq", b"2")]).seq == 2


@given(st.lists(st.tuples(st.sampled_from([name for name, _ in OURS]) | st.text(), st.binary() | st.none())))
def test_no_header_ever_raises(headers: list[tuple[str, bytes | None]]) -> None:
    assert isinstance(RecordHeaders.parse(headers), RecordHeaders)


@given(st.integers(0, 2**63 - 1))
def test_every_int64_from_zero_is_read(number: int) -> None:
    assert RecordHeaders.parse([("intended_ns", str(number).encode())]).intended_ns == number
