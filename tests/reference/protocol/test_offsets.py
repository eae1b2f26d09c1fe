"""What a table's properties say of a topic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.errors import OffsetMissing
from reference.protocol.offsets import (
    Range,
    next_offset_properties,
    parse_offsets,
    registration_properties,
)
from reference.protocol.pins import Pin, pin_key, pin_value

TOPIC, TOPIC_ID = "orders", "aB-_3w"


def test_a_table_that_never_met_the_topic_follows_none() -> None:
    assert parse_offsets({"keystone.topic-id.other": "x", "write.data.path": "s3://b/t"}, TOPIC).topic_id is None


@given(st.dictionaries(st.integers(0, 99), st.integers(0, 2**62), min_size=1))
def test_what_registration_writes_is_read_back(starts: dict[int, int]) -> None:
    properties = registration_properties(TOPIC, TOPIC_ID, 100, starts)
    offsets = parse_offsets(properties, TOPIC)
    assert (offsets.topic_id, offsets.partition_count) == (TOPIC_ID, 100)
    assert offsets.start == offsets.next == starts


def test_a_commit_moves_next_and_leaves_start() -> None:
    properties = registration_properties(TOPIC, TOPIC_ID, 2, {0: 5, 1: 7})
    properties |= next_offset_properties(TOPIC_ID, [Range(1, 7, 30)])
    offsets = parse_offsets(properties, TOPIC)
    assert (offsets.next, offsets.start) == ({0: 5, 1: 30}, {0: 5, 1: 7})


def test_offsets_of_an_earlier_topic_of_the_name_are_not_this_topics() -> None:
    old = registration_properties(TOPIC, "old", 2, {0: 50, 1: 70})
    offsets = parse_offsets(old | registration_properties(TOPIC, "new", 1, {0: 0}), TOPIC)
    assert offsets.next == {0: 0}


def test_partition_1_is_not_taken_for_partition_11() -> None:
    offsets = parse_offsets(registration_properties(TOPIC, TOPIC_ID, 12, {1: 3, 11: 9}), TOPIC)
    assert (offsets.next_offset(1), offsets.next_offset(11)) == (3, 9)


def test_a_missing_offset_is_an_error_that_names_the_property_and_never_0() -> None:
    offsets = parse_offsets(registration_properties(TOPIC, TOPIC_ID, 2, {0: 5}), TOPIC)
    with pytest.raises(OffsetMissing, match=r"restore keystone\.next-offset\.aB-_3w\.1"):
        offsets.next_offset(1)


def test_pins_are_read_in_the_order_of_their_offsets() -> None:
    pins = [Pin(9, 20, "b"), Pin(0, 9, "a")]
    properties = registration_properties(TOPIC, TOPIC_ID, 1, {0: 0})
    properties |= {pin_key(TOPIC_ID, 0, pin.first): pin_value(pin) for pin in pins}
    assert parse_offsets(properties, TOPIC).pins == {0: (Pin(0, 9, "a"), Pin(9, 20, "b"))}
