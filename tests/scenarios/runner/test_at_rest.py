"""Waiting for the lake to rest, on a clock of the test's own."""

from collections.abc import Sequence

from scenarios.runner.at_rest import await_rest
from tests.scenarios.runner.test_drain import Clock


def run(versions: Sequence[int], quiet_s: float = 2.0, within_s: float = 60.0) -> tuple[bool, float]:
    """The versions are seen one at a look, the last one for ever after."""
    clock, left = Clock(), list(versions)
    rested = await_rest(
        lambda: left.pop(0) if len(left) > 1 else left[0], lambda: clock.now, clock.wait, quiet_s, within_s
    )
    return rested, clock.now


def test_a_lake_that_nobody_writes_to_is_looked_at_for_the_quiet_time() -> None:
    assert run([1]) == (True, 2.0)


def test_every_commit_starts_the_quiet_time_anew() -> None:
    assert run([1, 1, 1, 2, 2, 3]) == (True, 1.25 + 2.0)


def test_a_lake_that_is_written_to_for_ever_is_not_waited_for_so_long() -> None:
    rested, took_s = run(range(1_000), within_s=10)
    assert (rested, took_s > 10) == (False, True)
