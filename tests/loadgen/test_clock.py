"""The clock that never jumps."""

import time

import pytest

from loadgen.clock import Clock


def test_it_starts_at_the_wall_clock() -> None:
    assert abs(Clock().now_ns() - time.time_ns()) < 1_000_000_000


def test_it_does_not_follow_the_wall_clock_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    before = clock.now_ns()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clock.now_ns() >= before
