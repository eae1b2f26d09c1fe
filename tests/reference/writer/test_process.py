"""The writer as a real process on a real Kafka and lake: killed, frozen and woken at each step of its commits."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg.rows import dict_row
from pyiceberg.catalog.glue import GlueCatalog

from reference.contract import wire
from reference.lake.catalog import NUM_RETRIES, open_catalog
from reference.lake.registry import SchemaRegistry
from reference.lake.settings import LakeSettings
from reference.protocol.offsets import parse_offsets
from scenarios.audit.lake_reader import LakeReader
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.embedded.target import EmbeddedTarget

pytestmark = pytest.mark.integration

DEADLINE_S = 60
GOOD, BAD = 40, 3
EVERYTHING = {"bronze": GOOD + BAD, "quarantine": BAD, "silver": GOOD}
STEPS = [
    *("after-decode", "after-put-pin"),
    *[
        f"{step}-{table}"
        for table in ("bronze", "quarantine", "silver")
        for step in ("after-write-files", "before-append", "after-append", "after-landed")
    ],
]
TRUSTING_WRITER = """
import reference.lake.iceberg_table as iceberg_table
from reference.writer.__main__ import main
iceberg_table.refuse_silent_retries = lambda table: None
main()
"""

CREDULOUS_WRITER = """
from reference.lake.registry import SchemaRegistry
from reference.writer.__main__ import main
SchemaRegistry.registered = lambda self, versions: frozenset(versions)
main()
"""


class Bench:
    """A topic of its own in the shared stack's Kafka and lake, and writers on it."""

    def __init__(self, stack: EmbeddedTarget, folder: Path) -> None:
        self.endpoints = stack.status().endpoints
        self.topic = f"test-{uuid4().hex[:8]}"
        self.settings = LakeSettings(
            endpoint=self.endpoints.aws,
            access_key=self.endpoints.s3.access_key,
            secret_key=self.endpoints.s3.secret_key,
        )
        self.watch = TopicWatch(replace(self.endpoints, topic=self.topic, group=self.topic))
        self._folder = folder
        self._writers: list[subprocess.Popen[bytes]] = []
        admin = AdminClient({"bootstrap.servers": self.endpoints.kafka})
        admin.create_topics([NewTopic(self.topic, 1, 1)])[self.topic].result(DEADLINE_S)

    def send(self, payloads: list[bytes], version: UUID | None = None) -> None:
        version = version or SchemaRegistry(self.settings).register_order()
        producer = Producer({"bootstrap.servers": self.endpoints.kafka})
        for seq, payload in enumerate(payloads):
            headers = {"producer": self.topic.encode(), "seq": str(seq).encode()}
            producer.produce(self.topic, wire.encode(version, payload), f"o{seq}".encode(), headers=headers)
        assert producer.flush(DEADLINE_S) == 0

    def writer(
        self,
        failpoint: str = "",
        code: str = "from reference.writer.__main__ import main; main()",
        postgres: str | None = None,
    ) -> Path:
        """Start a writer; returns its log."""
        log = self._folder / f"writer-{len(self._writers)}.log"
        environment = os.environ | {
            "AWS_ENDPOINT_URL": str(self.endpoints.aws),
            "AWS_ACCESS_KEY_ID": str(self.endpoints.s3.access_key),
            "AWS_SECRET_ACCESS_KEY": str(self.endpoints.s3.secret_key),
            "AWS_REGION": self.endpoints.s3.region,
            "KEYSTONE_FAILPOINT": failpoint,
            "KEYSTONE_POSTGRES": self.endpoints.postgres.pooled if postgres is None else postgres,
        }
        arguments = ["--bootstrap-servers", self.endpoints.kafka, "--topic", self.topic, "--group", self.topic]
        arguments += ["--flush-seconds", "0.3", "--session-timeout-ms", "1500"]
        with log.open("wb") as output:
            command = [sys.executable, "-c", code, *arguments]
            self._writers.append(subprocess.Popen(command, env=environment, stdout=output, stderr=output))
        return log

    def await_drained(self) -> None:
        await_true(lambda: self.watch.lag_or_none() == 0, "the topic was not drained")

    def await_frozen(self, number: int) -> None:
        stat = Path(f"/proc/{self._writers[number].pid}/stat")
        await_true(
            lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", "the writer never came to its failpoint"
        )

    def await_dead(self, number: int) -> None:
        assert self._writers[number].wait(DEADLINE_S) == -signal.SIGKILL

    def wake(self, number: int) -> None:
        self._writers[number].send_signal(signal.SIGCONT)

    def end(self) -> None:
        for writer in self._writers:
            writer.send_signal(signal.SIGCONT)
            writer.terminate()
        for writer in self._writers:
            writer.wait(DEADLINE_S)

    def offsets(self, table: str) -> Counter[int]:
        """How often each offset of this topic is in a table."""
        rows = LakeReader(self.endpoints).rows(f"{table}.orders", ("producer", "offset"))
        return Counter(row["offset"] for row in rows.to_pylist() if row["producer"] == self.topic)

    def journal(self) -> list[dict[str, Any]]:
        """This topic's entries, in the order of commits."""
        topic_id = parse_offsets(
            open_catalog(self.settings).load_table("bronze.orders").properties, self.topic
        ).topic_id
        with psycopg.connect(self.endpoints.postgres.direct, row_factory=dict_row) as connection:
            query = "SELECT * FROM batches WHERE topic_id = %s ORDER BY committed_ns"
            return connection.execute(query, (topic_id,)).fetchall()

    def journaled(self) -> dict[str, int]:
        """How many rows the journal says that each table has of this topic."""
        rows: Counter[str] = Counter()
        for entry in self.journal():
            rows[entry["table_name"]] += entry["rows"]
        return dict(rows)


def await_true(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


@pytest.fixture
def bench(stack: EmbeddedTarget, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(stack, tmp_path)
    try:
        yield made
    finally:
        made.end()


def orders() -> list[bytes]:
    """GOOD orders, and after them BAD payloads that are none."""
    good = [b'{"order_id":"o%d","order_purchase_timestamp":"2018-05-24 10:00:00"}' % seq for seq in range(GOOD)]
    return [*good, *[b"{" for _ in range(BAD)]]


def assert_each_offset_once(bench: Bench) -> None:
    assert bench.offsets("bronze") == Counter(range(GOOD + BAD))
    assert bench.offsets("silver") == Counter(range(GOOD))
    assert bench.offsets("quarantine") == Counter(range(GOOD, GOOD + BAD))


@pytest.mark.parametrize(
    "step", [s if s == "after-append-bronze" else pytest.param(s, marks=pytest.mark.slow) for s in STEPS]
)
def test_a_writer_killed_at_any_step_leaves_each_event_in_exactly_one_place(bench: Bench, step: str) -> None:
    bench.send(orders())
    bench.writer(failpoint=f"{step}=kill")
    bench.await_dead(0)
    bench.writer()
    bench.await_drained()
    assert_each_offset_once(bench)


@pytest.mark.parametrize(
    "step", [s if s == "before-append-silver" else pytest.param(s, marks=pytest.mark.slow) for s in STEPS[:-2]]
)
def test_a_frozen_writer_that_wakes_after_its_partition_was_taken_over_adds_nothing(bench: Bench, step: str) -> None:
    bench.send(orders())
    log = bench.writer(failpoint=f"{step}=stop")
    bench.await_frozen(0)
    bench.writer()
    bench.await_drained()
    bench.wake(0)
    await_true(lambda: "another writer was first" in log.read_text(), "the woken writer's commit was not refused")
    assert_each_offset_once(bench)


def test_control_pyicebergs_own_retries_let_the_woken_writer_in(bench: Bench) -> None:
    catalog: GlueCatalog = open_catalog(bench.settings)
    _set_retries(catalog, "4")
    try:
        bench.send(orders())
        bench.writer(failpoint="before-append-silver=stop", code=TRUSTING_WRITER)
        bench.await_frozen(0)
        bench.writer(code=TRUSTING_WRITER)
        bench.await_drained()
        bench.wake(0)
        twice = Counter(dict.fromkeys(range(GOOD), 2))
        await_true(lambda: bench.offsets("silver") == twice, "the control was expected to duplicate every row")
    finally:
        _set_retries(catalog, "0")


def test_a_writer_refuses_to_start_on_a_table_that_retries(bench: Bench) -> None:
    catalog = open_catalog(bench.settings)
    _set_retries(catalog, "4")
    try:
        log = bench.writer()
        await_true(lambda: f"has {NUM_RETRIES}=4" in log.read_text(), "the writer did not refuse the table")
    finally:
        _set_retries(catalog, "0")


def test_a_record_of_an_unregistered_schema_version_goes_to_quarantine_with_its_reason(bench: Bench) -> None:
    stranger = uuid4()
    bench.send(orders()[:2], version=stranger)
    bench.writer()
    bench.await_drained()
    assert bench.offsets("silver") == Counter()
    rows = LakeReader(bench.endpoints).rows("quarantine.orders", ("producer", "reasons", "schema_version", "payload"))
    ours = [row for row in rows.to_pylist() if row["producer"] == bench.topic]
    assert [row["payload"] for row in ours] == orders()[:2]
    assert all(
        row["reasons"] == [f"registry header: schema version {stranger} is not registered for orders"] for row in ours
    )


def test_a_redo_follows_its_pin_even_if_the_schema_was_registered_since(bench: Bench) -> None:
    """Without the pin the second writer, which takes every version for registered, would put the rows into silver."""
    bench.send(orders()[:5], version=uuid4())
    bench.writer(failpoint="after-append-bronze=kill")
    bench.await_dead(0)
    bench.writer(code=CREDULOUS_WRITER)
    bench.await_drained()
    assert bench.offsets("silver") == Counter()
    assert bench.offsets("quarantine") == Counter(range(5))


def test_pins_that_have_done_their_work_leave_the_table(bench: Bench) -> None:
    bench.writer()
    for _ in range(3):
        bench.send(orders())
        bench.await_drained()
    properties = open_catalog(bench.settings).load_table("bronze.orders").properties
    pins = parse_offsets(properties, bench.topic).pins[0]
    assert [(pin.first, pin.end) for pin in pins] == [(2 * (GOOD + BAD), 3 * (GOOD + BAD))]


@pytest.mark.slow
def test_a_writer_told_to_stop_while_kafka_is_away_ends_all_the_same(bench: Bench, stack: EmbeddedTarget) -> None:
    log = bench.writer()
    await_true(lambda: "assigned partitions" in log.read_text(), "the writer never got its partition")
    stack.stop_part("kafka")
    try:
        bench.end()
        assert log.read_text().endswith("INFO stopped\n")
    finally:
        stack.start_part("kafka")


def test_a_writer_told_to_stop_writes_what_it_holds(bench: Bench) -> None:
    bench.writer()
    bench.send(orders())
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)


def test_the_journal_has_each_commit_with_its_rows_files_and_times(bench: Bench) -> None:
    began_ns = time.time_ns()
    bench.send(orders())
    bench.writer()
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)
    assert bench.journaled() == EVERYTHING
    entries = bench.journal()
    assert [entry["table_name"] for entry in entries[:3]] == ["bronze", "quarantine", "silver"]
    for entry in entries:
        assert (entry["source"], entry["writer"]) == ("writer", "keystone-writer")
        assert began_ns < entry["committed_ns"] < time.time_ns()
        assert min(entry["decode_ns"], entry["write_ns"], entry["commit_ns"]) > 0
        assert bool(entry["files"]) == (entry["rows"] > 0) == (entry["bytes"] > 0)
    assert {entry["end_offset"] for entry in entries} >= {GOOD + BAD}


def test_the_writer_goes_on_without_postgres_and_journals_when_it_is_back(bench: Bench, stack: EmbeddedTarget) -> None:
    stack.stop_part("postgres")
    try:
        log = bench.writer()
        bench.send(orders())
        bench.await_drained()
        assert_each_offset_once(bench)
        await_true(lambda: "journal: cannot be written" in log.read_text(), "the writer did not say what is wrong")
    finally:
        stack.start_part("postgres")
    await_true(lambda: bench.journaled() == EVERYTHING, "what was held was not journaled")


def test_what_a_killed_writer_did_not_journal_is_filled_in_by_the_next(bench: Bench) -> None:
    bench.send(orders())
    bench.writer(failpoint="after-append-quarantine=kill")
    bench.await_dead(0)
    bench.writer()
    bench.await_drained()
    bench.end()
    assert bench.journaled() == EVERYTHING
    sources = {entry["table_name"]: entry["source"] for entry in bench.journal()}
    assert (sources["quarantine"], sources["silver"]) == ("snapshot", "writer")


def test_what_another_writer_was_first_with_is_journaled_once(bench: Bench) -> None:
    bench.send(orders())
    log = bench.writer(failpoint="before-append-silver=stop")
    bench.await_frozen(0)
    bench.writer()
    bench.await_drained()
    bench.wake(0)
    await_true(lambda: "another writer was first" in log.read_text(), "the woken writer's commit was not refused")
    bench.end()
    assert bench.journaled() == EVERYTHING


def test_a_writer_without_a_journal_writes_all_the_same(bench: Bench) -> None:
    bench.send(orders())
    bench.writer(postgres="")
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)
    assert bench.journal() == []


def _set_retries(catalog: GlueCatalog, value: str) -> None:
    for table in ("bronze", "quarantine", "silver"):
        with catalog.load_table(f"{table}.orders").transaction() as transaction:
            transaction.set_properties({NUM_RETRIES: value})
