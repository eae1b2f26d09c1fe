"""When a record was received."""

import pytest

from reference.contract.headers import RecordHeaders
from reference.decode.records import Record

NOON_MS = 1_700_000_000_000


def received(stated: int | None, timestamp_ms: int) -> int:
    return Record(0, 0, None, None, RecordHeaders(received_ns=stated), timestamp_ms).received_ns


def test_the_ingest_servers_word_is_taken() -> None:
    assert received(NOON_MS * 10**6 + 123, NOON_MS) == NOON_MS * 10**6 + 123


@pytest.mark.parametrize("stated", [None, 0, NOON_MS * 10**6 + 2 * 86_400 * 10**9, 2**63 - 1])
def test_without_it_or_far_from_kafkas_timestamp_kafkas_counts(stated: int | None) -> None:
    assert received(stated, NOON_MS) == NOON_MS * 10**6


@pytest.mark.parametrize("timestamp_ms", [-1, 0, 2**62])
def test_any_timestamp_fits_into_64_bits(timestamp_ms: int) -> None:
    assert 0 <= received(None, timestamp_ms) < 2**63
