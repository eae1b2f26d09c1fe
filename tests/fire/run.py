"""One seeded run: writers, a load, faults; then everything is made whole, drained and counted."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.exceptions import CommitFailedException, RESTError

from reference.lake.catalog import open_catalog
from reference.protocol.decisions import COMMIT_ORDER
from scenarios.targets.interface import Endpoints
from tests.fire.event_log import HAZARD, EventLog
from tests.fire.faults import WriterFaults, turn
from tests.fire.feeding import Feed
from tests.fire.kind import Kind
from tests.fire.world import World, a_world
from tests.reference.writer.bench import Bench

EVENTS_PER_S = 100
EXPIRE_EVERY_S = 2.0


@dataclass
class Outcome:
    """What came of a run: identities that do not hold, and by how much; empty if all is well."""

    seed: int
    acknowledged: int = 0
    drained_s: float = 0.0
    broken: dict[str, int] = field(default_factory=dict)
    log: EventLog = field(default_factory=EventLog)

    @property
    def headline(self) -> str:
        verdict = f"broken: {self.broken}" if self.broken else "every identity holds"
        return f"seed {self.seed}: {self.acknowledged} acknowledged, drained in {self.drained_s:.0f} s; {verdict}"

    def __str__(self) -> str:
        return f"{self.headline}\n{self.log}"


def run(
    kind: Kind, seed: int, shared: Endpoints, folder: Path, seconds: float, outcome: Outcome, ready: threading.Barrier
) -> None:
    """Run for so long; what happens is noted in `outcome` meanwhile.

    Args:
        ready: passed once the writers are started, with whoever breaks what runs share.
    """
    dice = random.Random(seed)
    try:
        _run(kind, dice, shared, folder, seconds, outcome, ready)
    except BaseException:
        ready.abort()
        raise


def _run(
    kind: Kind,
    dice: random.Random,
    shared: Endpoints,
    folder: Path,
    seconds: float,
    outcome: Outcome,
    ready: threading.Barrier,
) -> None:
    with a_world(kind, shared, folder, dice, outcome.log) as world:
        writers = dice.randint(2, 4)
        for _ in range(writers):
            world.start_writer()
        faults = WriterFaults(dice, world.bench, writers, world.start_writer, world.services["Glue"], outcome.log)
        weather = random.Random(dice.random())
        feed = Feed(world.bench)
        ready.wait()
        with _going_on(
            faults.go_on,
            lambda stop: turn(weather, world.services, stop, outcome.log),
            lambda stop: _keep_expiring(world, stop, outcome.log),
        ):
            feed.send_evenly(EVENTS_PER_S, seconds)
        _drain(world.bench, kind.patience_s, outcome)
        world.bench.end()
        for number, code in world.bench.deaths().items():
            outcome.log.note(f"writer-{number} ended by itself, exit code {code}: {_last_line(world.logs[number])}")
        outcome.log.read_writers(world.logs)
        for hazard in kind.hazards_left(world.bench):
            outcome.log.note(f"{HAZARD}{hazard}")
        outcome.acknowledged = feed.acknowledged
        _count(kind, world.bench, feed, outcome)


def _last_line(log: Path) -> str:
    return log.read_text(errors="replace").strip().rpartition("\n")[2]


@contextmanager
def _going_on(*what: Callable[[threading.Event], None]) -> Iterator[None]:
    """Each in a thread of its own until the block ends; what one of them raises is raised then."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(what)) as executor:
        futures = [executor.submit(do, stop) for do in what]
        try:
            yield
        finally:
            stop.set()
    for future in futures:
        future.result()


def _drain(bench: Bench, patience_s: float, outcome: Outcome) -> None:
    began_s = time.monotonic()
    while bench.watch.lag_or_none() != 0:
        if time.monotonic() > began_s + patience_s:
            outcome.broken["records that nobody has written"] = bench.watch.lag_or_none() or -1
            break
        time.sleep(0.2)
    outcome.drained_s = time.monotonic() - began_s


def _count(kind: Kind, bench: Bench, feed: Feed, outcome: Outcome) -> None:
    try:
        outcome.broken |= kind.count(bench, feed.sent())
    except OSError as error:
        outcome.log.note(f"the tables cannot be read: {error}")
        outcome.broken["tables that cannot be read"] = 1


def _keep_expiring(world: World, stop: threading.Event, log: EventLog) -> None:
    """A foreign upkeep that leaves each table its newest snapshot only."""
    catalog = open_catalog(world.proxied)
    while not stop.wait(EXPIRE_EVERY_S):
        for name in COMMIT_ORDER:
            # What does not go now goes the next time.
            with suppress(CommitFailedException, RESTError, BotoCoreError, ClientError, OSError, ValueError):
                table = catalog.load_table(f"{name}.orders")
                newest = table.metadata.current_snapshot_id
                old = [snapshot.snapshot_id for snapshot in table.snapshots() if snapshot.snapshot_id != newest]
                if old:
                    table.maintenance.expire_snapshots().by_ids(old).commit()
                    log.note(f"expired {len(old)} snapshots of {name}")
