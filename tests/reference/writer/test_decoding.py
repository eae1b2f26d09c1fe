"""A range that is decoded again is decoded as its pin says, or not at all."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from reference.contract import wire
from reference.contract.headers import RecordHeaders
from reference.decode.python_decoder import PythonDecoder
from reference.decode.records import Record
from reference.errors import DecoderDisagrees
from reference.writer.decoding import BatchDecoder, DecodedBatch
from tests.reference.writer.bench import BAD, GOOD, orders

VERSION = UUID(int=7)
THEN, LONG_BEFORE = date(2030, 1, 1), date(2000, 1, 1)


def records() -> list[Record]:
    return [
        Record(0, offset, b"k", wire.encode(VERSION, payload), RecordHeaders(), 0)
        for offset, payload in enumerate(orders())
    ]


def decoder(latest_purchase: date, versions: Collection[UUID] = (VERSION,)) -> BatchDecoder:
    registered = frozenset(map(str, versions))
    return BatchDecoder(PythonDecoder(), lambda asked: registered & frozenset(asked), lambda: latest_purchase)


def failed(batch: DecodedBatch) -> set[int]:
    return set(batch.decode.failed.get(0, {}))


def test_what_the_pin_says_decides_and_not_what_is_so_now() -> None:
    first = decoder(THEN).decode(records())
    assert (len(failed(first)), first.orders.num_rows) == (BAD, GOOD)
    assert decoder(LONG_BEFORE).decode(records()).orders.num_rows == 0
    assert decoder(THEN, versions=()).decode(records()).orders.num_rows == 0
    for later in (decoder(LONG_BEFORE), decoder(THEN, versions=())):
        again = later.decode_pinned(records(), first.decode)
        assert again.orders.equals(first.orders)
        assert failed(again) == failed(first)


def test_a_record_that_was_accepted_and_is_not_any_more_stops_its_partition() -> None:
    pinned = decoder(THEN).decode(records()).decode
    stricter = replace(pinned, contract=replace(pinned.contract, latest_purchase=LONG_BEFORE))
    with pytest.raises(DecoderDisagrees, match="accepted it when bronze was written"):
        decoder(THEN).decode_pinned(records(), stricter)


def test_a_record_that_had_failed_is_left_out_though_it_would_decode_now() -> None:
    pinned = decoder(THEN).decode(records()).decode
    all_failed = replace(pinned, failed={0: {record.offset: ("then",) for record in records()}})
    assert decoder(THEN).decode_pinned(records(), all_failed).orders.num_rows == 0
