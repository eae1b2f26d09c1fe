"""The record of a send: each event has one fate, and the figures are computed from the rows."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgen.send_log import Outcome, Recorder, SendLog

MS = 1_000_000


def finish(recorder: Recorder) -> SendLog:
    return recorder.log(producer="p", stopped=False)


def row(log: SendLog, seq: int) -> dict[str, Any]:
    return log.table.to_pylist()[seq]


def recorder_of(events: int) -> Recorder:
    recorder = Recorder()
    for seq in range(events):
        recorder.plan(seq * MS, crc32c=seq, price_cents=100)
    return recorder


def test_an_acknowledged_event_has_its_place_in_kafka() -> None:
    recorder = recorder_of(1)
    recorder.hand_over(0, 2 * MS, 0)
    assert recorder.acknowledge(0, Outcome.OK, 0, 5 * MS)
    recorder.place(0, partition=3, offset=77)
    assert row(finish(recorder), 0) == {
        "seq": 0,
        "intended_ns": 0,
        "sent_ns": 2 * MS,
        "acked_ns": 5 * MS,
        "outcome": "ok",
        "code": 0,
        "partition": 3,
        "offset": 77,
        "crc32c": 0,
        "price_cents": 100,
        "stream": 0,
        "spoilt": False,
    }


def test_an_event_never_sent_failed_without_times_and_place() -> None:
    recorder = recorder_of(1)
    recorder.not_sent(0, 14)
    unsent = row(finish(recorder), 0)
    assert (unsent["outcome"], unsent["code"]) == ("failed", 14)
    assert [unsent[name] for name in ("sent_ns", "acked_ns", "partition", "offset", "stream")] == [None] * 5


def test_what_was_sent_and_not_answered_is_unknown_and_the_rest_stays_open() -> None:
    recorder = recorder_of(3)
    recorder.hand_over(0, 0, 0)
    recorder.hand_over(1, 0, 0)
    recorder.acknowledge(1, Outcome.FAILED, 8, MS)
    recorder.not_sent(2, 14)
    recorder.lose_sent(14)
    assert finish(recorder).table["outcome"].to_pylist() == ["unknown", "failed", "failed"]


def test_each_break_loses_what_was_sent_since_the_one_before() -> None:
    recorder = Recorder()
    for seq in range(3):
        recorder.plan(0, crc32c=0, price_cents=0)
        recorder.hand_over(seq, 0, 0)
        recorder.lose_sent(seq)
    assert finish(recorder).table["code"].to_pylist() == [0, 1, 2]
    assert recorder.unknown == 3


def test_an_answer_that_nobody_waits_for_is_stray() -> None:
    recorder = recorder_of(2)
    recorder.hand_over(0, 0, 0)
    recorder.acknowledge(0, Outcome.OK, 0, MS)
    assert not any(recorder.acknowledge(seq, Outcome.FAILED, 3, MS) for seq in (0, 1, 2, 2**64 - 1))
    recorder.not_sent(1, 14)
    log = finish(recorder)
    assert (log.stray_acks, log.ok, log.failed) == (4, 1, 1)


def test_an_order_without_items_has_no_price() -> None:
    recorder = Recorder()
    recorder.plan(0, crc32c=2**32 - 1, price_cents=None)
    recorder.not_sent(0, 14)
    assert row(finish(recorder), 0)["price_cents"] is None
    assert row(finish(recorder), 0)["crc32c"] == 2**32 - 1


def test_rate_held_is_that_of_the_acks_from_the_first_due_to_the_last_ack() -> None:
    """Sent on time and answered late, as in an outage: four acks in the 400 ms since the first event was due."""
    recorder = recorder_of(6)
    for seq in range(5):
        recorder.hand_over(seq, seq * 10 * MS, 0)
    for seq in range(4):
        recorder.acknowledge(seq, Outcome.OK, 0, (seq + 1) * 100 * MS)
    recorder.lose_sent(4)
    recorder.not_sent(5, 4)
    assert finish(recorder).rate_held(0.1) == pytest.approx(10)
    assert finish(recorder).rate_held(0.8) == pytest.approx(5)


def test_a_send_without_events_has_no_figures() -> None:
    log = finish(Recorder())
    assert (log.planned, log.sent, log.ok, log.failed, log.unknown) == (0, 0, 0, 0, 0)
    assert log.rate_held(1) == 0
    assert log.table.schema.field("outcome").type == pa.dictionary(pa.int8(), pa.string())


steps = st.tuples(st.sampled_from(["send", "refuse", "ok", "failed", "unknown", "break"]), st.integers(0, 9))


@given(st.lists(steps, max_size=60))
def test_whatever_happens_each_event_has_exactly_one_fate(happenings: list[tuple[str, int]]) -> None:
    recorder = recorder_of(10)
    waiting = set(range(10))
    for what, seq in happenings:
        if what in ("send", "refuse") and seq in waiting:
            waiting.remove(seq)
            recorder.hand_over(seq, 0, 0) if what == "send" else recorder.not_sent(seq, 14)
        elif what in ("ok", "failed", "unknown"):
            recorder.acknowledge(seq, Outcome[what.upper()], 0, 0)
    for seq in waiting:
        recorder.not_sent(seq, 4)
    recorder.lose_sent(4)
    log = finish(recorder)
    assert recorder.open == 0
    assert (log.ok, log.failed, log.unknown) == (recorder.ok, recorder.failed, recorder.unknown)
    assert log.ok + log.failed + log.unknown == 10
    assert log.sent == recorder.sent
