"""The writer's loop against a consumer and a lake in memory: what it does when something goes wrong on the way."""

from collections.abc import Callable, Collection, Iterable, Sequence
from threading import Event
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from reference.errors import Contention, DecoderDisagrees, TopicRecreated
from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import TableOffsets
from reference.writer.ending import Stop
from reference.writer.flush import Batch
from reference.writer.window import Window
from reference.writer.worker import Worker

TOPIC = "orders"


class Message:
    """As confluent-kafka hands it out."""

    def __init__(self, partition: int, offset: int, headers: Callable[[], Any] = lambda: None) -> None:
        self._partition, self._offset = partition, offset
        self.headers = headers

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def error(self) -> None:
        return None

    def key(self) -> bytes:
        return b"k"

    def value(self) -> bytes:
        return b"v"

    def timestamp(self) -> tuple[int, int]:
        return (1, 0)


class Consumer:
    """Hands out its partitions' records from where they are assigned, as Kafka does. Refuses what Kafka refuses."""

    def __init__(self, ends: dict[int, int], stop: Stop) -> None:
        self.ends, self.starts = ends, dict.fromkeys(ends, 0)
        self.positions: dict[int, int] = {}
        self.assigned_at: list[dict[int, int]] = []
        self.committed: dict[int, int] = {}
        self.polls = 6
        self.is_subscribed = self.is_closed = False
        self.is_joining = False
        self._rebalances: list[str] = []
        self.headers: Callable[[], Any] = lambda: None
        self._stop = stop
        self._callbacks: dict[str, Any] = {}

    def subscribe(self, _topics: list[str], **callbacks: Any) -> None:
        self._callbacks = callbacks
        self.is_subscribed = True

    def unsubscribe(self) -> None:
        self.is_subscribed = False
        self._rebalances = ["on_assign", "on_revoke"] if self.is_joining else ["on_revoke"]

    def assignment(self) -> list[TopicPartition]:
        return [TopicPartition(TOPIC, p) for p in self.positions]

    def consume(self, _count: int, _timeout: float) -> list[Message]:
        self.polls -= 1
        if self.polls == 5:
            self._callbacks["on_assign"](self, [TopicPartition(TOPIC, p) for p in self.ends])
        if self.polls == 0:
            self._stop.set()
        if self._rebalances:
            self._callbacks[self._rebalances.pop(0)](self, [TopicPartition(TOPIC, p) for p in self.ends])
        found = [Message(p, o, self.headers) for p, at in self.positions.items() for o in range(at, self.ends[p])]
        self.positions = {p: self.ends[p] for p in self.positions}
        return found

    def close(self) -> None:
        waits_forever = self.is_subscribed or self.positions or self._rebalances
        assert not waits_forever
        self.is_closed = True

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        self.assigned_at.append({tp.partition: tp.offset for tp in partitions})
        self.positions |= self.assigned_at[-1]

    def incremental_unassign(self, partitions: Sequence[TopicPartition]) -> None:
        for tp in partitions:
            if tp.partition not in self.positions:
                raise ValueError(f"partition {tp.partition} is not in the current assignment")
            del self.positions[tp.partition]

    def commit(self, offsets: list[TopicPartition], **_options: bool) -> None:
        self.committed |= {tp.partition: tp.offset for tp in offsets}


class Lake:
    """Three tables that are always level; `accidents` happen one at a flush, before anything is written."""

    def __init__(self, partitions: Sequence[int]) -> None:
        self.next = dict.fromkeys(partitions, 0)
        self.written: list[tuple[int, int]] = []
        self.accidents: list[Exception | str] = []

    def read_offsets(self, _partitions: Collection[int]) -> LakeOffsets:
        table = TableOffsets("T", len(self.next), {}, dict(self.next), {})
        return LakeOffsets(table, table, table)

    def flush(self, batch: Batch, _lake: LakeOffsets) -> bool:
        accident = self.accidents.pop(0) if self.accidents else None
        if isinstance(accident, Exception):
            raise accident
        if accident in ("another writer", "another writer, and its pin is gone"):
            self.next |= {r.partition: r.end - 1 for r in batch.ranges}
            if accident != "another writer":
                raise DecoderDisagrees(batch.ranges[0].partition, "its pin is gone")
            return False
        self.written += [(record.partition, record.offset) for record in batch.records]
        self.next |= {r.partition: r.end for r in batch.ranges}
        return True


class Run:
    """A worker on two partitions of three records each."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.consumer = Consumer({0: 3, 1: 3}, self.stop)
        self.lake = Lake([0, 1])
        self.upkeeps = 0
        self.findings: list[Exception] = []

    def check_topic(self) -> None:
        if self.findings:
            raise self.findings.pop(0)

    def log_bounds(self, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
        return {partition: (self.consumer.starts[partition], self.consumer.ends[partition]) for partition in partitions}

    def go(self, window: Window | None = None, is_static: bool = False) -> None:
        def upkeep() -> None:
            self.upkeeps += 1

        flusher: Any = self.lake
        window = window or Window(max_rows=1, max_bytes=1000, max_age_s=0)
        Worker(
            self.consumer,
            TOPIC,
            flusher,
            window,
            lambda: None,
            self.check_topic,
            self.log_bounds,
            upkeep,
            self.stop,
            lambda: 0.0,
            is_static,
        ).run()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("reference.writer.troubles.LONGEST_WAIT_S", 0.0)
    return Run()


ALL = [(p, o) for p in (0, 1) for o in range(3)]


def test_all_records_are_written_once_and_kafka_is_told(run: Run) -> None:
    run.go()
    assert (sorted(run.lake.written), run.consumer.committed) == (ALL, {0: 3, 1: 3})
    assert run.upkeeps == 1


@pytest.mark.parametrize("trouble", [OSError("store"), Contention("silver", "busy")])
def test_after_trouble_the_worker_begins_anew_where_the_lake_ends(run: Run, trouble: Exception) -> None:
    run.lake.accidents = [trouble]
    run.go()
    assert run.consumer.assigned_at == [{0: 0, 1: 0}, {0: 0, 1: 0}]
    assert sorted(run.lake.written) == ALL


def test_what_was_read_before_the_topic_was_made_anew_or_could_not_be_asked_for_is_not_written(run: Run) -> None:
    run.findings = [KafkaException(KafkaError(KafkaError._TRANSPORT)), TopicRecreated("made anew")]  # noqa: SLF001
    with pytest.raises(TopicRecreated):
        run.go()
    assert run.consumer.assigned_at == [{0: 0, 1: 0}, {0: 0, 1: 0}]
    assert run.lake.written == []


@pytest.mark.parametrize("accident", ["another writer", "another writer, and its pin is gone"])
def test_after_a_refused_batch_the_worker_begins_anew_where_the_other_writer_ended(run: Run, accident: str) -> None:
    run.lake.accidents = [accident]
    run.go()
    assert run.consumer.assigned_at == [{0: 0, 1: 0}, {0: 2, 1: 2}]
    assert sorted(run.lake.written) == [(0, 2), (1, 2)]


def test_a_partition_that_stops_lets_the_others_go_on_and_may_be_revoked(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    run.lake.accidents = [DecoderDisagrees(1, "who knows why")]
    run.go()
    assert "partition 1 stopped: who knows why" in caplog.text
    assert sorted(run.lake.written) == [(0, 0), (0, 1), (0, 2)]


def test_a_log_that_lost_what_the_lake_needs_stops_its_partition_alone(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    run.consumer.starts[1] = 2
    run.go()
    assert "partition 1 stopped: the log starts at offset 2, the lake needs 0" in caplog.text
    assert run.consumer.assigned_at == [{0: 0}]
    assert sorted(run.lake.written) == [(0, 0), (0, 1), (0, 2)]


def test_a_header_that_the_client_cannot_hand_out_stops_nothing(run: Run) -> None:
    def broken() -> Any:
        raise SystemError("a header's name is not UTF-8")

    run.consumer.headers = broken
    run.go()
    assert sorted(run.lake.written) == ALL


def test_what_is_held_when_the_worker_is_told_to_stop_is_written(run: Run) -> None:
    run.consumer.polls = 6
    patient = Window(max_rows=1000, max_bytes=10**6, max_age_s=1e9)
    run.go(patient)
    assert sorted(run.lake.written) == ALL


def test_a_group_that_cannot_be_left_holds_nobody_up(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kafka_is_back = Event()
    monkeypatch.setattr("reference.writer.worker.LEAVE_TIMEOUT_S", 0.05)
    monkeypatch.setattr(run.consumer, "close", lambda: kafka_is_back.wait(30))
    run.go()
    kafka_is_back.set()
    assert "left without telling the group" in caplog.text
    assert sorted(run.lake.written) == ALL


def test_the_consumer_is_closed_once_all_is_given_back(run: Run) -> None:
    run.go()
    assert run.consumer.is_closed
    assert sorted(run.lake.written) == ALL


def test_the_consumer_is_closed_once_a_rebalance_that_was_under_way_is_served(run: Run) -> None:
    run.consumer.polls, run.consumer.is_joining = 1, True
    run.go()
    assert run.consumer.is_closed
    assert run.consumer.assigned_at == [{}]


def test_a_group_that_cannot_be_left_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> None:
        raise KafkaException(KafkaError(KafkaError._FATAL))  # noqa: SLF001 - confluent's public name for it

    monkeypatch.setattr(run.consumer, "unsubscribe", refused)
    run.go()
    assert "left without telling the group" in caplog.text


def test_a_static_member_stays_one(run: Run) -> None:
    run.go(is_static=True)
    assert run.consumer.is_subscribed
    assert not run.consumer.is_closed
    assert sorted(run.lake.written) == ALL
