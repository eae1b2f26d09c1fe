"""Seeded runs in which writers die, freeze and wake, and broker, Postgres, pooler, S3 and Glue fail, under load."""

from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.kind import Kind
from tests.fire.rounds import burn

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SECONDS = 30.0
AT_ONCE = 2
SLOW_SEEDS, ALL_SEEDS = 20, 200

FIRE = (
    "killed writer-",
    "froze writer-",
    "woke writer-",
    "in a commit that Glue",
    "the reply to a commit",
    "stopped kafka",
    "S3 is",
    "Glue is",
    "expired",
)
"""A run in which one of these did not happen proves less than it says."""

ROUNDS = [
    pytest.param(range(first, first + AT_ONCE), marks=[pytest.mark.soak, *[pytest.mark.slow] * (first < SLOW_SEEDS)])
    for first in range(0, ALL_SEEDS, AT_ONCE)
]
"""All in `make soak`, the first of them in `make check-slow`, too."""


@pytest.mark.parametrize("seeds", ROUNDS, ids=lambda seeds: f"seeds{seeds[0]}to{seeds[-1]}")
def test_every_event_is_in_exactly_one_place_whatever_happens(
    stack: EmbeddedTarget, tmp_path: Path, capsys: pytest.CaptureFixture[str], seeds: range
) -> None:
    outcomes = burn(stack, tmp_path, [(Kind(is_compacted=True), seed) for seed in seeds], SECONDS)
    for outcome in outcomes:
        print(outcome)
        with capsys.disabled():
            print(f"\n  {outcome.headline}", end=" ")
    assert all(outcome.acknowledged for outcome in outcomes)
    broken = {o.seed: (o.broken, o.left, o.died) for o in outcomes if o.broken or o.left or o.died}
    assert broken == {}
    lacking = {o.seed: lacks for o in outcomes if (lacks := [what for what in FIRE if not o.log.tells_of(what)])}
    assert lacking == {}
