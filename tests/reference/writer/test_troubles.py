"""Failures that pass: said once, however many."""

import logging

import pytest

from reference.writer.troubles import CALM_S, FIRST_WAIT_S, LONGEST_WAIT_S, Troubles


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_what_comes_and_goes_is_said_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    troubles = Troubles(clock)
    for _ in range(30):
        troubles.met(OSError("SlowDown"))
        clock.now_s += CALM_S / 2
        troubles.passed()
        troubles.tell_if_over()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    clock.now_s += CALM_S
    troubles.tell_if_over()
    troubles.tell_if_over()
    assert caplog.messages[1:] == ["Kafka and the lake answer again, after 30 failures in 145 s"]
    troubles.met(OSError("again"))
    assert caplog.messages[2].endswith("OSError: again")


def test_the_waits_grow_to_a_bound_and_begin_anew_when_work_gets_through() -> None:
    troubles = Troubles(Clock())
    waits = [troubles.met(OSError()) for _ in range(2000)]
    assert waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert waits[-1] == LONGEST_WAIT_S
    troubles.passed()
    assert troubles.met(OSError()) == FIRST_WAIT_S


def test_the_wait_before_a_try_is_not_taken_for_calm(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    troubles = Troubles(clock)
    for _ in range(10):
        clock.now_s += troubles.met(OSError())
        troubles.tell_if_over()
    assert len(caplog.messages) == 1


def test_nothing_is_said_of_what_never_went_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Troubles(Clock()).tell_if_over()
    assert caplog.messages == []
