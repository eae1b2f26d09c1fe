"""Waiting for the lag to come to 0, on a clock of the test's own."""

from collections.abc import Sequence

from scenarios.drain import POLL_S, drain


class Clock:
    """Moves only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


def run(lags: Sequence[int | None], patience_s: float = 10 * POLL_S) -> tuple[bool, float, list[int | None]]:
    """The lags are seen one at a look, the last one for ever after."""
    clock, left = Clock(), list(lags)
    seen: list[int | None] = []
    drained = drain(
        lambda: left.pop(0) if len(left) > 1 else left[0], lambda: clock.now, clock.wait, seen.append, patience_s
    )
    return drained, clock.now, seen


def test_no_lag_is_drained_at_once() -> None:
    assert run([0]) == (True, 0.0, [0])


def test_every_look_is_told() -> None:
    assert run([5, 2, 0]) == (True, 2 * POLL_S, [5, 2, 0])


def test_a_lag_that_stands_still_runs_out_of_patience() -> None:
    drained, took, _ = run([5])
    assert not drained
    assert took > 10 * POLL_S


def test_progress_renews_the_patience() -> None:
    assert run([*[9] * 9, *[5] * 9, *[1] * 9, 0])[0]


def test_a_lag_that_only_grows_is_no_progress() -> None:
    assert not run(list(range(1, 100)))[0]


def test_a_kafka_that_does_not_answer_is_waited_for_within_patience() -> None:
    assert run([None, None, 0])[0]
    assert not run([None])[0]
