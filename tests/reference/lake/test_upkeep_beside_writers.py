"""Compaction, expiry and sweeps again and again beside four writers, all killed at random, and a reader that counts."""

import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import pyarrow.compute as pc
import pytest

from reference.lake.catalog import open_catalog
from reference.protocol.offsets import ORPHAN_GRACE
from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.feeding import Feed
from tests.fire.ledger import ledger
from tests.reference.writer.bench import MERGED_SOON, Bench
from tests.scenarios.conftest import KEYSTONE
from tests.stacks import running_stack

pytestmark = pytest.mark.integration

TABLES = ("bronze", "quarantine", "silver")
WRITERS, PARTITIONS = 4, 4
EVENTS_PER_S = 100
GRACE_S = 5
UPKEEP = (
    ("compact", "--every", "1"),
    ("expire", "--every", "1", "--keep-minutes", "0.2"),
    ("orphans", "--delete", "--every", "2"),
)


class Upkeep:
    """The three commands as processes, again and again."""

    def __init__(self, state_dir: str, log: Path) -> None:
        self._state_dir, self._log = state_dir, log
        self._processes = [self._start(arguments) for arguments in UPKEEP]
        self.deaths: Counter[str] = Counter()
        self.ended_by_themselves: list[str] = []

    def kill(self, number: int) -> None:
        self._end(number)
        self.deaths[UPKEEP[number][0]] += 1
        self._processes[number] = self._start(UPKEEP[number])

    def end(self) -> None:
        for number in range(len(UPKEEP)):
            self._end(number)

    def _end(self, number: int) -> None:
        process = self._processes[number]
        if process.poll() is not None:
            self.ended_by_themselves.append(f"{UPKEEP[number][0]}: exit code {process.returncode}")
        process.kill()
        process.wait()

    def files_fewer(self) -> int:
        """How many files compactions have put together with others so far."""
        told = re.findall("([0-9,]+) files fewer", self._log.read_text())
        return sum(int(count.replace(",", "")) for count in told)

    def _start(self, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as output:
            command = [str(KEYSTONE), "lake", *arguments, "--state-dir", self._state_dir]
            return subprocess.Popen(command, stdout=output, stderr=output)


class CountingReader:
    """Counts each table's rows of a topic over and over: a count must never go down, and no row be there twice."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._stop = Event()
        self._thread = Thread(target=self._work, name="reader")
        self.counts: dict[str, list[int]] = {table: [] for table in TABLES}
        self.wrong: list[str] = []

    def reads(self) -> int:
        """How often each table was counted, at least."""
        return min(map(len, self.counts.values()))

    @contextmanager
    def reading(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            for table in TABLES:
                try:
                    self._count(table)
                except Exception as error:  # noqa: BLE001 - whatever it is, the test must fail by it
                    self.wrong.append(f"{table} cannot be read: {error!r}")

    def _count(self, table: str) -> None:
        rows = LakeReader(self._bench.endpoints).rows(f"{table}.orders", ("producer", "partition", "offset"))
        ours = rows.filter(pc.field("producer") == self._bench.topic)
        distinct = ours.group_by(["partition", "offset"]).aggregate([]).num_rows
        counts = self.counts[table]
        if distinct != ours.num_rows:
            self.wrong.append(f"{table}: {ours.num_rows - distinct} rows twice")
        if counts and ours.num_rows < counts[-1]:
            self.wrong.append(f"{table}: from {counts[-1]} rows to {ours.num_rows}")
        counts.append(ours.num_rows)


def hurry(bench: Bench) -> None:
    """Orphans are swept after GRACE_S, and manifests are merged at each append, on all tables."""
    catalog = open_catalog(bench.settings)
    for table in TABLES:
        with catalog.load_table(f"{table}.orders").transaction() as transaction:
            transaction.set_properties({ORPHAN_GRACE: str(GRACE_S)} | MERGED_SOON)


def keep_killing(bench: Bench, upkeep: Upkeep, dice: random.Random, stop: Event) -> None:
    """Every second or so a writer or an upkeep dies, and another comes in its place."""
    alive = list(range(WRITERS))
    started = WRITERS
    while not stop.wait(dice.uniform(1.0, 4.0)):
        if dice.random() < 0.5:
            upkeep.kill(dice.randrange(len(UPKEEP)))
        else:
            place = dice.randrange(WRITERS)
            bench.kill(alive[place])
            bench.writer()
            alive[place] = started
            started += 1


def committed(bench: Bench) -> int:
    """How many snapshots the three tables ever had, whoever made them."""
    catalog = open_catalog(bench.settings)
    return sum(catalog.load_table(f"{table}.orders").last_sequence_number for table in TABLES)


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[EmbeddedTarget]:
    """The commands work on the lake of a whole stack, and what other tests have written there takes time to read."""
    with running_stack(tmp_path / "state") as target:
        yield target


@pytest.mark.timeout(2400)
@pytest.mark.parametrize(
    ("seconds", "stretch_s", "commits"),
    [pytest.param(60, 30, 0, marks=pytest.mark.slow), pytest.param(600, 60, 2_000, marks=pytest.mark.soak)],
)
def test_a_reader_never_sees_a_count_go_down_or_a_row_twice(
    own_stack: EmbeddedTarget, tmp_path: Path, seconds: int, stretch_s: int, commits: int
) -> None:
    bench = Bench(own_stack.status().endpoints, tmp_path, PARTITIONS)
    reader, feed = CountingReader(bench), Feed(bench)
    before = committed(bench)
    upkeep_log = tmp_path / "upkeep.log"
    progress: list[tuple[int, int, int]] = []
    stop = Event()
    hurry(bench)
    with reader.reading():
        for _ in range(WRITERS):
            bench.writer()
        upkeep = Upkeep(own_stack.status().state_dir, upkeep_log)
        args = (bench, upkeep, random.Random(seconds), stop)
        killer = Thread(target=keep_killing, args=args)
        killer.start()
        try:
            while len(progress) < seconds / stretch_s or committed(bench) - before < commits:
                feed.send_evenly(EVENTS_PER_S, stretch_s)
                progress.append((sum(bench.watch.committed().values()), upkeep.files_fewer(), reader.reads()))
            stop.set()
            killer.join()
            bench.await_drained()
        finally:
            stop.set()
            killer.join()
            upkeep.end()
            bench.end()
    assert reader.wrong == []
    assert (upkeep.ended_by_themselves, bench.deaths()) == ([], {})
    assert ledger(bench, feed.sent()) == {}
    snapshots = committed(bench) - before
    print(f"{feed.acknowledged:,} events, {snapshots:,} commits, {dict(upkeep.deaths)}")
    print(f"offsets committed, files fewer, counts after each {stretch_s} s: {progress}")
    # Under a steady load nobody starves: writers, compaction and the reader all get on, all the time.
    for before_it, after_it in pairwise([(0, 0, 0), *progress]):
        assert all(after > earlier for earlier, after in zip(before_it, after_it, strict=True))
    told = upkeep_log.read_text()
    assert re.search("[1-9] snapshots fewer", told)
    assert ".parquet" in told
