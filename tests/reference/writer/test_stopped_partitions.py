"""Partitions that cannot go on, on a real Kafka: what is missing is said, and what can go on goes on."""

from collections import Counter
from pathlib import Path

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from reference.contract import wire
from reference.lake.catalog import open_catalog
from reference.lake.files import open_store
from reference.lake.pin_store import object_path
from reference.lake.registry import SchemaRegistry
from reference.protocol.decisions import COMMIT_ORDER
from reference.protocol.offsets import Range, next_offset_properties, parse_offsets
from scenarios.targets.interface import Endpoints
from tests.reference.writer.bench import DEADLINE_S, GOOD, Bench, await_true, orders

pytestmark = pytest.mark.integration

PARTITIONS = 2


@pytest.fixture
def bench(endpoints: Endpoints, tmp_path: Path) -> Bench:
    return Bench(endpoints, tmp_path, PARTITIONS)


@pytest.fixture
def admin(bench: Bench) -> AdminClient:
    return AdminClient({"bootstrap.servers": bench.endpoints.kafka})


def make_anew(admin: AdminClient, topic: str) -> None:
    admin.delete_topics([topic])[topic].result(DEADLINE_S)
    await_true(lambda: topic not in admin.list_topics(timeout=10).topics, "the topic was not deleted")
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(DEADLINE_S)


def test_of_a_log_that_was_cut_short_before_it_was_written_the_other_partition_goes_on(
    bench: Bench, admin: AdminClient
) -> None:
    try:
        bench.writer()
        bench.send(orders())
        bench.await_drained()
        bench.end()
        bench.send(orders())
        ends = bench.watch.ends()
        gone = TopicPartition(bench.topic, 0, ends[0])
        admin.delete_records([gone])[gone].result(DEADLINE_S)
        log = bench.writer()
        await_true(lambda: "partition 0 stopped" in log.read_text(), "the writer did not say that it stops")
        deleted = ends[0] // 2
        assert f"the lake needs {deleted}: {deleted} offsets were deleted" in log.read_text()
        await_true(lambda: bench.watch.committed()[1] == ends[1], "the other partition did not go on")
        bench.send(orders())
        await_true(lambda: bench.watch.committed()[1] > ends[1], "the other partition did not go on")
    finally:
        bench.end()


def send_to(bench: Bench, partition: int, payloads: list[bytes]) -> None:
    version = SchemaRegistry(bench.settings).register_order()
    producer = Producer({"bootstrap.servers": bench.endpoints.kafka})
    for seq, payload in enumerate(payloads):
        headers = {"producer": bench.topic.encode(), "seq": str(seq).encode()}
        producer.produce(bench.topic, wire.encode(version, payload), partition=partition, headers=headers)
    assert producer.flush(DEADLINE_S) == 0


def test_who_does_what_the_error_says_of_deleted_records_loses_those_and_has_no_row_twice(
    bench: Bench, admin: AdminClient
) -> None:
    """Bronze has all 43, silver and quarantine nothing, and the log begins at 20."""
    try:
        send_to(bench, 0, orders())
        bench.writer(failpoint="after-append-bronze=kill")
        bench.await_dead(0)
        gone = TopicPartition(bench.topic, 0, 20)
        admin.delete_records([gone])[gone].result(DEADLINE_S)
        log = bench.writer()
        await_true(lambda: "partition 0 stopped" in log.read_text(), "the writer did not say that it stops")
        assert "raise those whose keystone.next-offset of the partition is below 20 to 20" in log.read_text()
        bench.end()
        catalog = open_catalog(bench.settings)
        for name in COMMIT_ORDER:
            table = catalog.load_table(f"{name}.orders")
            offsets = parse_offsets(table.properties, bench.topic)
            if offsets.next[0] < 20:
                with table.transaction() as transaction:
                    transaction.set_properties(next_offset_properties(str(offsets.topic_id), [Range(0, 0, 20)]))
        bench.writer()
        await_true(lambda: bench.watch.committed()[0] == len(orders()), "the partition does not go on")
        assert bench.offsets("bronze") == Counter(range(len(orders())))
        assert bench.offsets("silver") == Counter(range(20, GOOD))
    finally:
        bench.end()


def test_where_it_is_lost_how_a_range_was_decoded_that_partition_stops_and_the_other_goes_on(bench: Bench) -> None:
    try:
        send_to(bench, 0, orders())
        bench.writer(failpoint="after-append-bronze=kill")
        bench.await_dead(0)
        properties = open_catalog(bench.settings).load_table("bronze.orders").properties
        [pin] = parse_offsets(properties, bench.topic).pins[0]
        path, store = object_path("olist-data-lake-bronze", pin.name), open_store(bench.settings)
        with store.open_input_stream(path) as file:
            content = file.read()
        store.delete_file(path)
        log = bench.writer()
        await_true(lambda: f"partition 0 stopped: {path}" in log.read_text(), "the writer did not say that it stops")
        send_to(bench, 1, orders())
        await_true(lambda: bench.watch.committed().get(1) == len(orders()), "the other partition does not go on")
        bench.end()
        with store.open_output_stream(path) as file:
            file.write(content)
        bench.writer()
        bench.await_drained()
        assert bench.offsets("silver") == Counter(dict.fromkeys(range(GOOD), 2))
    finally:
        bench.end()


def test_a_topic_made_anew_under_a_running_writer_ends_it_and_nothing_of_it_is_taken_for_the_old(
    bench: Bench, admin: AdminClient
) -> None:
    try:
        log = bench.writer()
        bench.send(orders())
        bench.await_drained()
        before = bench.offsets("bronze")
        make_anew(admin, bench.topic)
        bench.send(orders())
        bench.send(orders())
        await_true(lambda: "made anew" in log.read_text(), "the writer did not say what is wrong")
        assert bench.exit_code(0) == 1
        assert "Of the old one the lake has partition 0 to offset" in log.read_text()
        assert bench.offsets("bronze") == before
    finally:
        bench.end()
