"""One seeded run: writers, a load, faults; then everything is made whole, drained and counted."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.exceptions import CommitFailedException

from reference.clock import boot_clock, short_pause
from reference.errors import CommitUnknown, Contention
from reference.lake.catalog import open_catalog
from reference.lake.upkeep import open_upkeeps
from reference.protocol.decisions import COMMIT_ORDER
from scenarios.targets.interface import Endpoints
from tests.fire.event_log import HAZARD, EventLog
from tests.fire.faults import WriterFaults, turn
from tests.fire.feeding import Feed
from tests.fire.kind import Kind
from tests.fire.ledger import LATE
from tests.fire.world import World, a_world
from tests.reference.writer.bench import Bench

EVENTS_PER_S = 100
EXPIRE_EVERY_S = COMPACT_EVERY_S = 1.0
COMPACT_TO_BYTES = 2**27

_KAFKA = re.compile(r"\S+ \S+ ERROR Kafka at ")

PASSING = (CommitFailedException, BotoCoreError, ClientError, OSError)
"""What upkeep meets under fire; what did not go now goes the next time. Each is counted in the run's log."""


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        left: records that nobody has written, though all is whole again.
        died: what the last words were of writers that ended by themselves, other than for want of Kafka.
        broken: identities that do not hold, and by how much.
    """

    seed: int
    acknowledged: int = 0
    drained_s: float = 0.0
    left: int = 0
    died: list[str] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)
    log: EventLog = field(default_factory=EventLog)

    @property
    def is_caught(self) -> bool:
        """Whether the ledger sees what can never be right again; to be late is not enough."""
        return any(wrong > (self.left if name in LATE else 0) for name, wrong in self.broken.items())

    @property
    def headline(self) -> str:
        verdict = f"broken: {self.broken}" if self.broken else "every identity holds"
        drained = f"{self.left} records left" if self.left else "drained"
        return f"seed {self.seed}: {self.acknowledged} acknowledged, {drained} after {self.drained_s:.0f} s; {verdict}"

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
        what = [
            faults.go_on,
            lambda stop: turn(weather, world.services, stop, outcome.log),
            lambda stop: _keep_expiring(world, stop, outcome.log),
        ]
        if kind.is_compacted:
            what.append(lambda stop: _keep_compacting(world, stop, outcome.log))
        with _going_on(*what):
            feed.send_evenly(EVENTS_PER_S, seconds)
        _drain(world.bench, kind.patience_s, outcome)
        world.bench.end()
        for number, code in world.bench.deaths().items():
            log = world.logs[number].read_text(errors="replace").strip()
            said = log.rpartition("\n")[2]
            outcome.log.note(f"writer-{number} ended by itself, exit code {code}: {said}")
            if not never_found_kafka(log):
                outcome.died.append(said)
        outcome.log.read_writers(world.logs)
        for hazard in kind.hazards_left(world.bench, world.services["Glue"].landed):
            outcome.log.note(f"{HAZARD}{hazard}")
        outcome.acknowledged = feed.acknowledged
        _count(kind, world.bench, feed, outcome)


def never_found_kafka(log: str) -> bool:
    """Whether a writer was started while Kafka was away for too long: one that had partitions must not end for it."""
    return bool(_KAFKA.match(log.rpartition("\n")[2])) and "assigned partitions" not in log


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
    outcome.left = bench.logged()
    while outcome.left and time.monotonic() < began_s + patience_s:
        if (lag := bench.watch.lag_or_none()) is not None:
            outcome.left = lag
        time.sleep(0.1)
    outcome.drained_s = time.monotonic() - began_s


def _count(kind: Kind, bench: Bench, feed: Feed, outcome: Outcome) -> None:
    try:
        outcome.broken |= kind.count(bench, feed.sent())
    except FileNotFoundError as error:
        outcome.log.note(f"the tables cannot be read: {error}")
        outcome.broken["tables that cannot be read"] = 1


@contextmanager
def _lived_through(log: EventLog, who: str, *passing: type[Exception]) -> Iterator[None]:
    """What passes is counted. A file that is not there is none of it: a live one was removed."""
    try:
        yield
    except Exception as error:
        if isinstance(error, FileNotFoundError) or not isinstance(error, (*PASSING, *passing)):
            raise
        log.count(f"{who}: {type(error).__name__}")


def _keep_expiring(world: World, stop: threading.Event, log: EventLog) -> None:
    """A foreign upkeep that leaves each table its newest snapshot only."""
    catalog = open_catalog(world.proxied)
    while not stop.wait(EXPIRE_EVERY_S):
        for name in COMMIT_ORDER:
            # A wrong value is what pyiceberg calls a snapshot that a writer has expired meanwhile.
            with _lived_through(log, "expiry", ValueError):
                table = catalog.load_table(f"{name}.orders")
                newest = table.metadata.current_snapshot_id
                old = [snapshot.snapshot_id for snapshot in table.snapshots() if snapshot.snapshot_id != newest]
                if old:
                    table.maintenance.expire_snapshots().by_ids(old).commit()
                    log.note(f"expired {len(old)} snapshots of {name}")


def _keep_compacting(world: World, stop: threading.Event, log: EventLog) -> None:
    while not stop.wait(COMPACT_EVERY_S):
        # To open them reads the tables, which may fail as well.
        with (
            _lived_through(log, "compaction", CommitUnknown, Contention),
            open_upkeeps(world.proxied, COMMIT_ORDER, lambda _name: None, short_pause, boot_clock) as tables,
        ):
            for name, table in tables.items():
                if fewer := table.compact(COMPACT_TO_BYTES, COMPACT_TO_BYTES):
                    log.note(f"compacted {name}: {fewer} files fewer")
