"""What a writer may do, given the tables' offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.errors import OffsetMissing, OffsetsGone, PartitionStopped, TopicRecreated
from reference.protocol.decisions import (
    LakeOffsets,
    check_log,
    may_commit,
    missing_partitions,
    new_partitions_start,
    rest_of,
    spent_pins,
)
from reference.protocol.offsets import Range, TableOffsets
from reference.protocol.pins import Pin, pin_key

offsets = st.integers(0, 100)


def table(next_offset: int, pins: tuple[Pin, ...] = ()) -> TableOffsets:
    return TableOffsets("id", 1, {0: 0}, {0: next_offset}, {0: pins})


def lake(bronze: int, quarantine: int, silver: int, pins: tuple[Pin, ...] = ()) -> LakeOffsets:
    return LakeOffsets(table(bronze, pins), table(quarantine), table(silver))


def test_tables_that_a_writer_could_begin_with_fit_together() -> None:
    pinned = (Pin(2, 4, "d"),)
    assert lake(4, 4, 4).fits_together([0])
    assert lake(4, 3, 2, pinned).fits_together([0])
    assert not lake(4, 2, 3, pinned).fits_together([0])
    assert not lake(4, 4, 1, pinned).fits_together([0])
    assert not lake(4, 4, 4).fits_together([0, 1])


@given(offsets, offsets, offsets)
def test_a_writer_starts_at_the_least_offset_of_tables_that_agree_with_the_order_of_commits(
    bronze: int, quarantine: int, silver: int
) -> None:
    tables = lake(bronze, quarantine, silver)
    if bronze >= quarantine >= silver:
        assert tables.start(0) == min(bronze, quarantine, silver)
    else:
        with pytest.raises(PartitionStopped, match="not in the order of commits"):
            tables.start(0)


def test_a_partition_that_one_table_lacks_stops() -> None:
    tables = LakeOffsets(table(5), TableOffsets("id", 1, {}, {}, {}), table(5))
    with pytest.raises(OffsetMissing):
        tables.start(0)


@given(offsets, offsets, offsets)
def test_a_table_is_given_exactly_what_it_does_not_have(first: int, length: int, next_offset: int) -> None:
    batch = Range(0, first, first + length)
    rest = rest_of(batch, next_offset)
    given_offsets = range(rest.first, rest.end) if rest else range(0)
    assert list(given_offsets) == [o for o in range(batch.first, batch.end) if o >= next_offset]


@given(offsets, offsets)
def test_the_fence_lets_through_only_the_tables_own_next_offset(first: int, next_offset: int) -> None:
    assert may_commit(table(next_offset), "id", [Range(0, first, first + 5)]) == (first == next_offset)


def test_the_fence_holds_back_all_ranges_when_one_of_them_is_late() -> None:
    known = TableOffsets("id", 2, {0: 0, 1: 0}, {0: 5, 1: 9}, {})
    assert not may_commit(known, "id", [Range(0, 5, 6), Range(1, 8, 10)])
    assert may_commit(known, "id", [Range(0, 5, 6), Range(1, 9, 10)])


def test_the_fence_holds_back_a_partition_that_the_table_does_not_know() -> None:
    assert not may_commit(table(0), "id", [Range(7, 0, 1)])


def test_the_fence_holds_back_the_offsets_of_a_topic_that_was_made_anew() -> None:
    assert not may_commit(table(0), "old id", [Range(0, 0, 1)])


def test_what_bronze_has_is_redone_by_its_pin_and_what_it_has_not_is_decoded_anew() -> None:
    pins = (Pin(0, 10, "a"), Pin(10, 20, "b"))
    tables = lake(20, 10, 5, pins)
    assert [tables.pin_at(0, offset) for offset in (5, 10, 20)] == [pins[0], pins[1], None]


def test_a_redo_without_a_pin_stops_the_partition() -> None:
    with pytest.raises(PartitionStopped, match="no pin"):
        lake(20, 10, 10).pin_at(0, 10)


def test_a_pin_is_kept_until_both_later_tables_are_past_it() -> None:
    pins = (Pin(0, 10, "a"), Pin(10, 20, "b"))
    assert spent_pins(lake(20, 20, 10, pins), "id", [0]) == [pin_key("id", 0, 0)]
    assert spent_pins(lake(20, 20, 9, pins), "id", [0]) == []


def test_only_partitions_above_the_recorded_count_are_new() -> None:
    known = TableOffsets("id", 2, {}, {}, {})
    assert list(missing_partitions(known, "orders", "id", 4)) == [2, 3]
    assert list(missing_partitions(known, "orders", "id", 2)) == []


def test_a_topic_made_anew_is_not_followed_in_silence() -> None:
    with pytest.raises(TopicRecreated, match=r"made anew\. Of the old one the lake has partition 0 to offset 7,"):
        missing_partitions(TableOffsets("old", 2, {}, {0: 7}, {}), "orders", "new", 2)


def test_later_tables_begin_where_bronze_began_even_if_the_log_moved_on() -> None:
    bronze = TableOffsets("id", 2, {0: 3}, {0: 50}, {})
    assert new_partitions_start(bronze, {0: 9, 1: 4}, [0, 1]) == {0: 3, 1: 4}


@given(offsets, offsets, offsets)
def test_a_log_is_good_if_it_holds_the_next_offset_or_ends_at_it(start: int, length: int, needed: int) -> None:
    end = start + length
    if start <= needed <= end:
        check_log(0, needed, start, end)
    else:
        with pytest.raises(OffsetsGone):
            check_log(0, needed, start, end)


def test_a_log_that_starts_too_late_says_how_much_is_missing_and_what_to_do() -> None:
    with pytest.raises(OffsetsGone, match=r"partition 3 stopped: .* 40 offsets were deleted .* retention"):
        check_log(3, 10, 50, 60)
