"""Seeded runs in which writers die, freeze and wake, and broker, Postgres, pooler, S3 and Glue fail, under load."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.event_log import EventLog
from tests.fire.faults import PARTS
from tests.fire.kind import Kind
from tests.fire.rounds import AT_ONCE, SECONDS, burn
from tests.fire.weather import BAD_MOODS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SLOW_SEEDS, ALL_SEEDS = 20, 200

ROUNDS = [
    pytest.param(range(first, first + AT_ONCE), marks=[pytest.mark.soak, *[pytest.mark.slow] * (first < SLOW_SEEDS)])
    for first in range(0, ALL_SEEDS, AT_ONCE)
]
"""All in `make soak`, the first of them in `make check-slow`, too."""

FIRE = (
    "killed at random",
    "in a commit that Glue has",
    "froze at random",
    "in a commit that Glue does not have yet",
    "woke writer-",
    "lost the reply to a commit",
    *[f"stopped {part}" for part in ("kafka", *PARTS)],
    *[f"{service} is {mood}" for service in ("S3", "Glue") for mood in BAD_MOODS],
    "expired",
    "compacted",
)
"""Runs in most of which one of these did not happen prove less than they say."""

LEAST_COMMITS = 5
"""Of bronze, in half of the runs."""


@pytest.fixture(scope="module")
def logs() -> Iterator[list[EventLog]]:
    """What happened in each run. It must have been a fire: each of its parts in half of the runs at least."""
    burned: list[EventLog] = []
    yield burned
    happened = Counter(what for log in burned for what in FIRE if log.tells_of(what))
    print(f"of {len(burned)} runs: {dict(happened)}")
    assert [what for what in FIRE if happened[what] < len(burned) / 2] == []
    commits = median(log.count_of("landed commits to bronze") for log in burned)
    assert commits >= LEAST_COMMITS


@pytest.mark.parametrize("seeds", ROUNDS, ids=lambda seeds: f"seeds{seeds[0]}to{seeds[-1]}")
def test_every_event_is_in_exactly_one_place_whatever_happens(
    stack: EmbeddedTarget, tmp_path: Path, capsys: pytest.CaptureFixture[str], seeds: range, logs: list[EventLog]
) -> None:
    outcomes = burn(stack, tmp_path, [(Kind(is_compacted=True), seed) for seed in seeds], SECONDS)
    for outcome in outcomes:
        print(outcome)
        logs.append(outcome.log)
        with capsys.disabled():
            print(f"\n  {outcome.headline}", end=" ")
    assert all(outcome.acknowledged for outcome in outcomes)
    assert {o.seed: (o.broken, o.left, o.died) for o in outcomes if o.broken or o.left or o.died} == {}
