"""Waiting for the lag to come to 0, on a clock of the test's own."""

from collections.abc import Sequence

from scenarios.runner.drain import POLL_S, drain


class Clock:
    """Moves only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


def run(lags: Sequence[int | None], within_s: float = 10 * POLL_S) -> tuple[bool, float, list[int | None]]:
    """The lags are seen one at a look, the last one for ever after."""
    clock, left = Clock(), list(lags)
    seen: list[int | None] = []
    drained = drain(
        lambda: left.pop(0) if len(left) > 1 else left[0], lambda: clock.now, clock.wait, seen.append, within_s
    )
    return drained.whole, drained.took_s, seen


def test_no_lag_is_drained_at_once() -> None:
    assert run([0]) == (True, 0.0, [0])


def test_every_look_is_told() -> None:
    assert run([5, 2, 0]) == (True, 2 * POLL_S, [5, 2, 0])


def test_a_lag_that_is_not_gone_in_time_is_given_up() -> None:
    whole, took_s, _ = run([5])
    assert not whole
    assert took_s > 10 * POLL_S


def test_a_lag_that_gets_smaller_has_no_more_time_than_that() -> None:
    assert not run([*range(100, 0, -1), 0])[0]


def test_a_kafka_that_does_not_answer_is_waited_for() -> None:
    assert run([None, None, 0])[0]
    assert not run([None])[0]
