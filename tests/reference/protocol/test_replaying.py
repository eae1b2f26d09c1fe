"""Replays, without a lake."""

from reference.protocol.offsets import Range, TableOffsets, parse_offsets, replay_properties
from reference.protocol.replaying import may_replay, replay_ranges

SILVER = TableOffsets("T", 2, {0: 5, 1: 0}, {0: 9, 1: 4}, {}, replays={(0, "a"): 7, (1, "a"): 4, (0, "b.c"): 9})


def test_a_replay_begins_where_silver_began_and_goes_on_where_it_was() -> None:
    assert replay_ranges(SILVER, "new", SILVER.next, 100) == (Range(0, 5, 9), Range(1, 0, 4))
    assert replay_ranges(SILVER, "a", SILVER.next, 100) == (Range(0, 7, 9),)
    assert replay_ranges(SILVER, "b.c", SILVER.next, 3) == (Range(1, 0, 3),)


def test_a_replay_that_another_process_has_taken_further_may_not_commit() -> None:
    assert may_replay(SILVER, "T", "a", (Range(0, 7, 9), Range(1, 4, 5)))
    assert not may_replay(SILVER, "T", "a", (Range(0, 5, 9),))
    assert may_replay(SILVER, "T", "new", (Range(0, 5, 9),))


def test_how_far_a_replay_has_come_is_read_as_it_is_written() -> None:
    properties = {"keystone.topic-id.orders": "T", "keystone.partition-count.T": "2"}
    properties |= replay_properties("T", "b.c", [Range(1, 0, 4)])
    assert parse_offsets(properties, "orders").replays == {(1, "b.c"): 4}


def test_a_replay_ends_where_silver_ended_when_it_began_however_fast_that_moves_on() -> None:
    assert replay_ranges(SILVER, "a", {0: 8, 1: 4}, 100) == (Range(0, 7, 8),)


def test_a_replay_of_another_topic_may_not_commit() -> None:
    assert not may_replay(SILVER, "made anew", "new", (Range(0, 5, 9),))
