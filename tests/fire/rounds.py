"""Runs that share a stack at the same time: each has its own lake, and all see the same broker and Postgres fail."""

import random
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.faults import break_parts
from tests.fire.kind import Kind
from tests.fire.run import Outcome, run

SECONDS = 30.0
AT_ONCE = 2
READY_S = 120


def burn(stack: EmbeddedTarget, folder: Path, runs: Sequence[tuple[Kind, int]], seconds: float) -> list[Outcome]:
    """Run kinds with seeds, all at once, for so long."""
    outcomes = [Outcome(seed) for _, seed in runs]
    ready = threading.Barrier(len(runs) + 1, timeout=READY_S)
    shared = stack.status().endpoints
    with ThreadPoolExecutor(len(runs), "run") as executor:
        futures: list[Future[None]] = []
        for (kind, seed), outcome in zip(runs, outcomes, strict=True):
            own = folder / f"seed-{seed}-{len(futures)}"
            own.mkdir()
            futures.append(executor.submit(run, kind, seed, shared, own, seconds, outcome, ready))
        try:
            ready.wait()
        except threading.BrokenBarrierError:
            for future in futures:
                future.result()
        dice = random.Random(f"parts {runs[0][1]}")
        break_parts(dice, stack, seconds, [outcome.log for outcome in outcomes])
        for future in futures:
            future.result()
    return outcomes
