"""Writers as real processes on a topic of their own."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg.rows import dict_row

from reference.contract import wire
from reference.lake.catalog import open_catalog
from reference.lake.registry import SchemaRegistry
from reference.lake.settings import LakeSettings
from reference.protocol.offsets import parse_offsets
from scenarios.audit.lake_reader import LakeReader
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.interface import Endpoints

DEADLINE_S = 60
GOOD, BAD = 40, 3
EVERYTHING = {"bronze": GOOD + BAD, "quarantine": BAD, "silver": GOOD}


MERGED_SOON = {"commit.manifest.min-count-to-merge": "2"}
"""A property of tables: each append puts all manifests into one, which takes twenty of them otherwise, more commits
than a short run makes."""


class Bench:
    """A topic of its own in some Kafka, a lake, and writers on it."""

    def __init__(self, endpoints: Endpoints, folder: Path, partitions: int = 1) -> None:
        self.endpoints = endpoints
        self.topic = f"test-{uuid4().hex[:8]}"
        self.settings = LakeSettings(
            endpoint=self.endpoints.aws,
            access_key=self.endpoints.s3.access_key,
            secret_key=self.endpoints.s3.secret_key,
        )
        self.watch = TopicWatch(replace(self.endpoints, topic=self.topic, group=self.topic))
        self._folder = folder
        self._writers: list[subprocess.Popen[bytes]] = []
        self._killed = set[int]()
        self._ended = set[int]()
        admin = AdminClient({"bootstrap.servers": self.endpoints.kafka})
        admin.create_topics([NewTopic(self.topic, partitions, 1)])[self.topic].result(DEADLINE_S)

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
        glue: str | None = None,
        s3: str | None = None,
        options: Sequence[str] = (),
    ) -> Path:
        """Start a writer; returns its log. `glue` and `s3` are where it finds those, if not where they are."""
        log = self.log(len(self._writers))
        environment = os.environ | {
            "AWS_ENDPOINT_URL": glue or str(self.endpoints.aws),
            "AWS_ENDPOINT_URL_S3": s3 or str(self.endpoints.s3.endpoint),
            "AWS_ACCESS_KEY_ID": str(self.endpoints.s3.access_key),
            "AWS_SECRET_ACCESS_KEY": str(self.endpoints.s3.secret_key),
            "AWS_REGION": self.endpoints.s3.region,
            "KEYSTONE_FAILPOINT": failpoint,
            "KEYSTONE_POSTGRES": self.endpoints.postgres.pooled if postgres is None else postgres,
        }
        arguments = ["--bootstrap-servers", self.endpoints.kafka, "--topic", self.topic, "--group", self.topic]
        arguments += ["--flush-seconds", "0.3", "--session-timeout-ms", "1500", *options]
        with log.open("wb") as output:
            command = [sys.executable, "-c", code, *arguments]
            self._writers.append(subprocess.Popen(command, env=environment, stdout=output, stderr=output))
        return log

    def log(self, number: int) -> Path:
        """Where a writer's log lies."""
        return self._folder / f"writer-{number}.log"

    def await_drained(self) -> None:
        await_true(lambda: self.watch.lag_or_none() == 0, "the topic was not drained")

    def await_frozen(self, number: int) -> None:
        stat = Path(f"/proc/{self._writers[number].pid}/stat")
        await_true(
            lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", "the writer never came to its failpoint"
        )

    def await_dead(self, number: int) -> None:
        """Until it has killed itself, at its failpoint."""
        assert self._writers[number].wait(DEADLINE_S) == -signal.SIGKILL
        self._killed.add(number % len(self._writers))

    def exit_code(self, number: int) -> int:
        """Of one that is to end by itself."""
        self._killed.add(number)
        return self._writers[number].wait(DEADLINE_S)

    def kill(self, number: int) -> None:
        # One that ended by itself was not killed by us.
        if self._writers[number].poll() is None:
            self._killed.add(number)
        self._writers[number].kill()
        self._writers[number].wait()

    def stop(self, number: int) -> None:
        self._ended.add(number)
        self._writers[number].terminate()
        assert self._writers[number].wait(DEADLINE_S) == 0

    def freeze(self, number: int) -> None:
        self._writers[number].send_signal(signal.SIGSTOP)

    def wake(self, number: int) -> None:
        self._writers[number].send_signal(signal.SIGCONT)

    def deaths(self) -> dict[int, int]:
        """The exit code of each writer that has ended, though nobody told it to or awaited it.

        One that was told to before it could listen has died of the signal.
        """
        codes = {number: writer.poll() for number, writer in enumerate(self._writers) if number not in self._killed}
        ends = {number: (0, -signal.SIGTERM) if number in self._ended else () for number in codes}
        return {number: code for number, code in codes.items() if code is not None and code not in ends[number]}

    def end(self) -> None:
        """Wake the writers and let them end. One that does not is killed, with all threads' stacks in its log."""
        for number, writer in enumerate(self._writers):
            if writer.poll() is None:
                self._ended.add(number)
            writer.send_signal(signal.SIGCONT)
            writer.terminate()
        hung = [number for number, writer in enumerate(self._writers) if not _ends(writer)]
        assert not hung, "\n".join(self.log(number).read_text() for number in hung)

    def offsets(self, table: str) -> Counter[int]:
        """How often each offset of this topic is in a table."""
        rows = LakeReader(self.endpoints).rows(f"{table}.orders", ("producer", "offset"))
        return Counter(row["offset"] for row in rows.to_pylist() if row["producer"] == self.topic)

    def logged(self) -> int:
        """How many records the topic has."""
        consumer = Consumer({"bootstrap.servers": self.endpoints.kafka, "group.id": self.topic})
        try:
            partitions = consumer.list_topics(self.topic, timeout=DEADLINE_S).topics[self.topic].partitions
            bounds = [consumer.get_watermark_offsets(TopicPartition(self.topic, p), DEADLINE_S) for p in partitions]
        finally:
            consumer.close()
        return sum(high - low for low, high in bounds)

    def seqs(self, table: str) -> Counter[int]:
        """How often each event sent is in a table."""
        rows = LakeReader(self.endpoints).rows(f"{table}.orders", ("producer", "seq"))
        return Counter(row["seq"] for row in rows.to_pylist() if row["producer"] == self.topic)

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


def _ends(writer: "subprocess.Popen[bytes]") -> bool:
    try:
        writer.wait(DEADLINE_S)
    except subprocess.TimeoutExpired:
        writer.send_signal(signal.SIGABRT)
        writer.wait(DEADLINE_S)
        return False
    return True


def await_true(condition: Callable[[], bool], otherwise: str, within_s: float = DEADLINE_S) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def orders() -> list[bytes]:
    """GOOD orders, and after them BAD payloads that are none."""
    good = [b'{"order_id":"o%d","order_purchase_timestamp":"2018-05-24 10:00:00"}' % seq for seq in range(GOOD)]
    return [*good, *[b"{" for _ in range(BAD)]]


def assert_each_offset_once(bench: Bench) -> None:
    assert bench.offsets("bronze") == Counter(range(GOOD + BAD))
    assert bench.offsets("silver") == Counter(range(GOOD))
    assert bench.offsets("quarantine") == Counter(range(GOOD, GOOD + BAD))
