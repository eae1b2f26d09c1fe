"""Compaction, expiry and sweeps again and again beside four writers, all killed at random, and a reader that counts."""

import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pyarrow.compute as pc
import pytest
from confluent_kafka import Producer

from reference.contract import wire
from reference.lake.catalog import open_catalog
from reference.lake.registry import SchemaRegistry
from reference.protocol.offsets import ORPHAN_GRACE
from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.reference.writer.bench import Bench
from tests.scenarios.conftest import KEYSTONE

pytestmark = pytest.mark.integration

TABLES = ("bronze", "quarantine", "silver")
WRITERS, PARTITIONS = 4, 4
EVENTS_PER_S = 100
BAD_EVERY = 10
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

    def kill(self, number: int) -> None:
        self._processes[number].kill()
        self._processes[number].wait()
        self.deaths[UPKEEP[number][0]] += 1
        self._processes[number] = self._start(UPKEEP[number])

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

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


def feed(bench: Bench, seconds: float) -> int:
    """Send events evenly for so long; return how many."""
    version = SchemaRegistry(bench.settings).register_order()
    producer = Producer({"bootstrap.servers": bench.endpoints.kafka, "linger.ms": 5})
    began_s, seq = time.monotonic(), 0
    while (now_s := time.monotonic() - began_s) < seconds:
        while seq < now_s * EVENTS_PER_S:
            payload = b"{" if seq % BAD_EVERY == 0 else _order(seq)
            headers = {"producer": bench.topic.encode(), "seq": str(seq).encode()}
            producer.produce(bench.topic, wire.encode(version, payload), b"o%d" % seq, headers=headers)
            seq += 1
        producer.poll(0.01)
    assert producer.flush(60) == 0
    return seq


def _order(seq: int) -> bytes:
    return b'{"order_id":"o%d","order_purchase_timestamp":"2018-05-24 10:00:00"}' % seq


@contextmanager
def short_grace(bench: Bench) -> Iterator[None]:
    """Orphans are swept after GRACE_S, on all tables."""
    catalog = open_catalog(bench.settings)
    for table in TABLES:
        with catalog.load_table(f"{table}.orders").transaction() as transaction:
            transaction.set_properties({ORPHAN_GRACE: str(GRACE_S)})
    try:
        yield
    finally:
        for table in TABLES:
            with catalog.load_table(f"{table}.orders").transaction() as transaction:
                transaction.remove_properties(ORPHAN_GRACE)


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


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "seconds", [pytest.param(60, marks=pytest.mark.slow), pytest.param(600, marks=pytest.mark.soak)]
)
def test_a_reader_never_sees_a_count_go_down_or_a_row_twice(
    stack: EmbeddedTarget, tmp_path: Path, seconds: int
) -> None:
    bench = Bench(stack, tmp_path, PARTITIONS)
    reader = CountingReader(bench)
    upkeep_log = tmp_path / "upkeep.log"
    stop = Event()
    with short_grace(bench), reader.reading():
        for _ in range(WRITERS):
            bench.writer()
        upkeep = Upkeep(stack.status().state_dir, upkeep_log)
        args = (bench, upkeep, random.Random(seconds), stop)  # noqa: S311 - not for secrets
        killer = Thread(target=keep_killing, args=args)
        killer.start()
        try:
            sent = feed(bench, seconds)
            stop.set()
            killer.join()
            bench.await_drained()
        finally:
            stop.set()
            killer.join()
            upkeep.end()
            bench.end()
    assert reader.wrong == []
    bad = len(range(0, sent, BAD_EVERY))
    counts = {table: sum(bench.seqs(table).values()) for table in TABLES}
    assert counts == {"bronze": sent, "quarantine": bad, "silver": sent - bad}
    assert {table: max(bench.seqs(table).values()) for table in TABLES} == dict.fromkeys(TABLES, 1)
    commits = len(bench.journal())
    reads = len(reader.counts["silver"])
    print(f"{sent:,} events, {commits:,} ranges committed, {reads} counts, {dict(upkeep.deaths)}")
    told = upkeep_log.read_text()
    assert re.search("[1-9] files fewer", told)
    assert re.search("[1-9] snapshots fewer", told)
    assert ".parquet" in told
