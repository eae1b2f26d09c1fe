"""The fire catches each writer that lacks one thing, in every run in which the case came that it cannot stand."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.commits import commits_gone
from tests.fire.kind import Kind
from tests.fire.naive import ledger_of_dataset
from tests.fire.rounds import AT_ONCE, SECONDS, burn

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

PATIENCE_S = 20.0
SEEDS = 20
SEEDS_TRIED = 16


def control(name: str) -> str:
    """The code of one of tests.fire.controls."""
    return f"import sys; from tests.fire.controls import main; main({name!r}, sys.argv[1:])"


CONTROLS = {
    "write_to_dataset, then commit": Kind(
        code="from tests.fire.naive import main; main()", count=ledger_of_dataset, patience_s=PATIENCE_S
    ),
    "pyiceberg repeats commits": Kind(
        code=control("pyiceberg-retries"),
        # Manifests are not merged at each append: six runs in which they were came to no commit repeated.
        properties={"commit.retry.num-retries": "4", "commit.manifest.min-count-to-merge": "100"},
        patience_s=PATIENCE_S,
    ),
    "botocore repeats commits": Kind(code=control("botocore-retries"), patience_s=PATIENCE_S),
    "Kafka's offset is trusted": Kind(code=control("kafkas-word"), patience_s=PATIENCE_S),
    "the offset is a snapshot's": Kind(code=control("snapshots-word"), patience_s=PATIENCE_S),
    "no compare-and-set": Kind(
        has_compare_and_set=False,
        # Its hazards are found at the end in what each commit made of the table.
        properties={"write.metadata.previous-versions-max": "10000"},
        hazards_left=commits_gone,
        patience_s=PATIENCE_S,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("names", [*zip(list(CONTROLS)[::2], list(CONTROLS)[1::2], strict=True)], ids=" and ".join)
def test_a_control_is_caught_once_its_hazard_has_occurred(
    stack: EmbeddedTarget, tmp_path: Path, names: tuple[str, str]
) -> None:
    waiting = set(names)
    for seed in range(SEEDS_TRIED):
        runs = [(name, seed) for name in sorted(waiting)]
        waiting -= set(came_to_their_hazard(stack, tmp_path, runs))
        if not waiting:
            return
    pytest.fail(f"the hazard did not occur: {waiting}")


@pytest.mark.soak
@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_caught_in_every_run_in_which_its_hazard_occurred_and_that_is_often(
    stack: EmbeddedTarget, tmp_path: Path, name: str
) -> None:
    rounds = [range(first, first + AT_ONCE) for first in range(0, SEEDS, AT_ONCE)]
    came = [n for seeds in rounds for n in came_to_their_hazard(stack, tmp_path, [(name, seed) for seed in seeds])]
    print(f"{name}: {len(came)} of {SEEDS} runs came to its hazard, and all of those were caught")
    assert len(came) >= SEEDS / 4


def came_to_their_hazard(stack: EmbeddedTarget, folder: Path, runs: Sequence[tuple[str, int]]) -> list[str]:
    """Run controls with seeds, all at once; the names of those whose hazard occurred, each of which must be caught.

    One that was caught has come to it, though its writer may have been killed before it could say so.
    """
    outcomes = burn(stack, folder, [(CONTROLS[name], seed) for name, seed in runs], SECONDS)
    for (name, _), outcome in zip(runs, outcomes, strict=True):
        print(f"{name}, {outcome}")
    came = [(name, outcome) for (name, _), outcome in zip(runs, outcomes, strict=True) if outcome.log.hazards()]
    assert [(name, outcome.headline) for name, outcome in came if not outcome.is_caught] == []
    return [
        name for (name, _), outcome in zip(runs, outcomes, strict=True) if outcome.log.hazards() or outcome.is_caught
    ]
