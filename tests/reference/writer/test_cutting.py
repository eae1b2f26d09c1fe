"""Which records make up the next batch."""

from hypothesis import given
from hypothesis import strategies as st

from reference.contract.headers import RecordHeaders
from reference.decode.records import Record
from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import Range, TableOffsets
from reference.protocol.pins import Pin
from reference.writer.cutting import cut_batch
from reference.writer.window import PartitionBuffer


def buffer(partition: int, position: int, *offsets: int) -> PartitionBuffer:
    return PartitionBuffer(position, [Record(partition, o, None, b"", RecordHeaders(), 0) for o in offsets])


def lake(bronze: dict[int, int], silver: dict[int, int], pins: dict[int, tuple[Pin, ...]]) -> LakeOffsets:
    late = TableOffsets("id", 2, {}, silver, {})
    return LakeOffsets(TableOffsets("id", 2, {}, bronze, pins), late, late)


def test_new_records_of_all_partitions_make_one_batch() -> None:
    held = {0: buffer(0, 5, 5, 6), 1: buffer(1, 0, 0)}
    batch = cut_batch(held, lake({0: 5, 1: 0}, {0: 5, 1: 0}, {}))
    assert (batch.ranges, batch.pin) == ([Range(0, 5, 7), Range(1, 0, 1)], None)


def test_what_must_be_redone_comes_first_and_ends_with_its_pin() -> None:
    held = {0: buffer(0, 0, 0, 1, 2, 3), 1: buffer(1, 7, 7)}
    tables = lake({0: 3, 1: 7}, {0: 0, 1: 7}, {0: (Pin(0, 2, "a"), Pin(2, 3, "b"))})
    batches = [cut_batch(held, tables) for _ in range(3)]
    assert [(b.ranges, b.pin) for b in batches] == [
        ([Range(0, 0, 2)], "a"),
        ([Range(0, 2, 3)], "b"),
        ([Range(0, 3, 4), Range(1, 7, 8)], None),
    ]


def test_what_another_writer_has_written_meanwhile_is_dropped() -> None:
    held = {0: buffer(0, 0, 0, 1, 2, 3), 1: buffer(1, 0, 0)}
    tables = lake({0: 2, 1: 9}, {0: 2, 1: 9}, {})
    batch = cut_batch(held, tables)
    assert (batch.ranges, [r.offset for r in batch.records]) == ([Range(0, 2, 4)], [2, 3])
    assert (held[1].position, held[1].records) == (9, [])


def test_nothing_may_be_left_to_write() -> None:
    held = {0: buffer(0, 0, 0, 1)}
    assert cut_batch(held, lake({0: 7}, {0: 7}, {})).ranges == []
    assert held[0].position == 7


def test_a_range_without_records_is_still_passed_over() -> None:
    held = {0: buffer(0, 0, 9)}
    batch = cut_batch(held, lake({0: 5}, {0: 0}, {0: (Pin(0, 5, "a"),)}))
    assert (batch.ranges, list(batch.records)) == ([Range(0, 0, 5)], [])


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.sets(st.integers(0, 40), min_size=1), st.data())
def test_every_record_is_in_exactly_one_batch_and_no_batch_crosses_a_pin(
    lengths: list[int], offsets: set[int], data: st.DataObject
) -> None:
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    pins = tuple(Pin(end - length, end, f"{end}") for end, length in zip(ends, lengths, strict=True))
    start = data.draw(st.integers(0, ends[-1]))
    held = {0: buffer(0, start, *sorted(o for o in offsets if o >= start))}
    wanted = [r.offset for r in held[0].records]
    cut: list[int] = []
    position = start
    while held[0].records:
        batch = cut_batch(held, lake({0: ends[-1]}, {0: start}, {0: pins}))
        [piece] = batch.ranges
        assert piece.first == position
        position = piece.end
        assert all(pin.end <= piece.first or piece.end <= pin.end for pin in pins)
        cut += [r.offset for r in batch.records]
    assert cut == wanted
