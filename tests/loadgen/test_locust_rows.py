"""Rows of events that are settled in any order lie in a file in that of the plan."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from loadgen.cell_file import CellFiles
from loadgen.locust_rows import FAILED, NEVER_SENT, OK, UNKNOWN, Answered, Row, Rows
from loadgen.row_file import RowFile

START_NS = 10**18
MS = 10**6
MANY = 5_000


@pytest.fixture
def file() -> Iterator[RowFile]:
    with RowFile() as made:
        yield made


@pytest.fixture
def cells() -> Iterator[CellFiles]:
    with CellFiles() as made:
        yield made


def begun(file: RowFile, cells: CellFiles) -> Rows:
    rows = Rows(file, cells)
    rows.start_ns = START_NS
    return rows


def a_row(seq: int, due_ms: int = 0) -> Row:
    return Row(seq, START_NS + due_ms * MS, crc32c=seq, price_cents=150, spoilt=0)


def settle(row: Row, outcome: int, sent_ms: int = 1, acked_ms: int = 3) -> None:
    row.hand_over(row.intended_ns + sent_ms * MS)
    Answered(outcome, 0, 1, row.seq).note(row, row.intended_ns + acked_ms * MS)


def test_rows_are_in_the_order_of_their_events_in_whatever_they_were_settled(file: RowFile, cells: CellFiles) -> None:
    rows, count = begun(file, cells), 3 * MANY + 5
    made = [a_row(seq) for seq in range(count)]
    for row in made:
        rows.add(row)
    random.Random(1).shuffle(made)
    for row in made:
        settle(row, row.seq % 3)
        if row.seq % 100 == 0:
            rows.take_settled()
    rows.take_settled()
    table = file.table()
    assert table["seq"].to_pylist() == list(range(count))
    assert table["outcome"].to_pylist()[:6] == ["ok", "failed", "unknown"] * 2


def test_what_comes_after_an_open_row_waits_for_it(file: RowFile, cells: CellFiles) -> None:
    rows = begun(file, cells)
    first = a_row(0)
    rows.add(first)
    for seq in range(1, MANY):
        rows.add(row := a_row(seq))
        settle(row, OK)
    rows.take_settled()
    assert rows.latencies()["ack"].counts.sum() == 0
    settle(first, FAILED)
    rows.take_settled()
    assert rows.latencies()["ack"].counts.sum() == MANY - 1
    assert file.table().num_rows == MANY


def test_an_event_that_nobody_was_left_to_send_has_no_row(file: RowFile, cells: CellFiles) -> None:
    rows = begun(file, cells)
    for seq, outcome in enumerate((OK, NEVER_SENT, UNKNOWN)):
        rows.add(row := a_row(seq))
        if outcome == NEVER_SENT:
            row.outcome = NEVER_SENT
        else:
            settle(row, outcome)
    rows.take_settled()
    assert file.table()["seq"].to_pylist() == [0, 2]


def test_latencies_are_counted_by_second_and_within_a_thousandth(file: RowFile, cells: CellFiles) -> None:
    rows = begun(file, cells)
    for seq, (due_ms, acked_ms) in enumerate([(0, 3), (10, 3), (1_500, 5_000), (1_600, 5_001), (1_700, 7_000)]):
        rows.add(row := a_row(seq, due_ms))
        settle(row, OK, acked_ms=acked_ms)
    rows.add(lost := a_row(5, 1_800))
    settle(lost, UNKNOWN)
    rows.take_settled()
    found = rows.latencies()
    assert found["ack"].seconds.tolist() == [0, 1, 1]
    assert found["ack"].counts.tolist() == [2, 2, 1]
    np.testing.assert_allclose(found["ack"].us, [3_000, 5_000_000, 7_000_000], rtol=0.001)
    np.testing.assert_allclose(found["ack_raw"].us, [2_000, 4_999_000, 6_999_000], rtol=0.001)
    assert int(found["lateness"].counts.sum()) == 6


def test_a_share_without_events_has_no_latencies(file: RowFile, cells: CellFiles) -> None:
    assert begun(file, cells).latencies()["ack"].counts.tolist() == []
