"""The writer's clock."""

import time

import pytest

from reference.clock import utc_clock


def test_it_tells_the_wall_clocks_time() -> None:
    now_ns = utc_clock()
    assert abs(now_ns() - time.time_ns()) < 1_000_000_000


def test_it_does_not_jump_with_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now_ns = utc_clock()
    before_ns = now_ns()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert 0 <= now_ns() - before_ns < 1_000_000_000
