"""What is held between two flushes, and when it is due."""

from reference.contract.headers import RecordHeaders
from reference.decode.records import Record
from reference.writer.window import PartitionBuffer, Window


def record(offset: int, partition: int = 0, size: int = 10) -> Record:
    return Record(partition, offset, b"", b"x" * size, RecordHeaders(), 0)


def window(**limits: float) -> Window:
    made = Window(int(limits.get("rows", 100)), int(limits.get("bytes", 10_000)), limits.get("age", 5.0))
    made.begin({0: 0, 1: 0})
    return made


def test_an_empty_window_is_never_due() -> None:
    assert not window().is_due(1e9)


def test_a_window_is_due_by_rows_by_bytes_or_by_the_age_of_its_first_record() -> None:
    by_rows, by_bytes, by_age = window(rows=2), window(bytes=15), window()
    for offset in range(2):
        for held in (by_rows, by_bytes, by_age):
            held.add(record(offset), now_s=100.0 + offset)
    assert by_rows.is_due(101.0)
    assert by_bytes.is_due(101.0)
    assert [by_age.is_due(now) for now in (104.9, 105.0)] == [False, True]


def test_records_of_partitions_not_taken_up_are_dropped() -> None:
    held = window()
    held.add(record(0, partition=9), 0)
    assert held.is_empty


def test_records_below_the_position_or_seen_already_are_dropped() -> None:
    held = window()
    held.begin({0: 5})
    for offset in (3, 5, 5, 6):
        held.add(record(offset), 0)
    assert [r.offset for r in held.buffers[0].records] == [5, 6]


def test_a_partition_given_back_leaves_nothing_behind() -> None:
    held = window()
    held.add(record(0, partition=0), 0)
    held.add(record(0, partition=1), 0)
    held.forget(0)
    assert list(held.buffers) == [1]
    held.forget(1)
    assert held.is_empty
    assert not held.is_due(1e9)


def test_what_was_taken_is_held_no_more() -> None:
    held = window(rows=2, bytes=25)
    for offset in range(3):
        held.add(record(offset), 0)
    held.buffers[0].take(2)
    assert not held.is_due(0)
    held.buffers[0].take(3)
    assert held.is_empty


def test_taking_moves_the_position_over_gaps() -> None:
    buffer = PartitionBuffer(0)
    for offset in (1, 4, 9):
        buffer.add(record(offset))
    assert [r.offset for r in buffer.take(8)] == [1, 4]
    assert (buffer.position, buffer.end) == (8, 10)


def test_after_a_flush_the_next_record_opens_a_new_window() -> None:
    held = window()
    held.add(record(0), 0.0)
    held.buffers[0].take(1)
    held.add(record(1), 50.0)
    assert not held.is_due(54.0)
