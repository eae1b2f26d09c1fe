"""The record of a send: a table of plain columns, and the figures that come from it."""

import pyarrow as pa
import pytest

from loadgen.row_file import OUTCOMES
from loadgen.send_log import SendLog

MS = 1_000_000


def log_of_acks(acked_ms: list[int | None]) -> SendLog:
    """Events due every 10 ms, acknowledged when it says."""
    rows = range(len(acked_ms))
    outcomes = pa.array(["unknown" if at is None else "ok" for at in acked_ms], pa.string())
    columns = {
        "intended_ns": pa.array([row * 10 * MS for row in rows], pa.int64()),
        "sent_ns": pa.array([row * 10 * MS for row in rows], pa.int64()),
        "acked_ns": pa.array([None if at is None else at * MS for at in acked_ms], pa.int64()),
        "outcome": outcomes.dictionary_encode(),
    }
    return SendLog("p", pa.table(columns), 0, {}, (), 0, stopped=False, payload_bytes=0)


def test_rate_held_is_that_of_the_acks_from_the_first_due_to_the_last_ack() -> None:
    """Sent on time and answered late, as in an outage: four acks in the 400 ms since the first event was due."""
    log = log_of_acks([100, 200, 300, 400, None])
    assert log.rate_held(0.1) == pytest.approx(10)
    assert log.rate_held(0.8) == pytest.approx(5)


def test_a_send_without_events_has_no_figures() -> None:
    log = log_of_acks([])
    assert (log.planned, log.sent, log.ok, log.failed, log.unknown) == (0, 0, 0, 0, 0)
    assert log.rate_held(1) == 0


def test_outcomes_are_counted_under_their_names() -> None:
    log = log_of_acks([1, 2, None])
    assert (log.ok, log.unknown, log.failed) == (2, 1, 0)
    assert OUTCOMES == ("ok", "failed", "unknown")
