"""Which days are complete by a real Kafka, whose records have chosen times."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from reference.days.live import LiveDays
from reference.errors import NoMarker, TopicRecreated
from reference.protocol.offsets import TableOffsets
from reference.writer.kafka_topic import KafkaTopic
from scenarios.targets.embedded.target import EmbeddedTarget

pytestmark = pytest.mark.integration

DEADLINE_S = 30
DAY = date(2018, 5, 24)
CLOSING = datetime(2018, 5, 25, 1, tzinfo=UTC)
BEFORE, JUST_BEFORE = CLOSING - timedelta(hours=9), CLOSING - timedelta(milliseconds=1)
IDLE, BUSY, EMPTY = 0, 1, 2
RECORDS = {
    IDLE: [BEFORE, JUST_BEFORE],
    BUSY: [BEFORE, JUST_BEFORE, CLOSING, CLOSING + timedelta(hours=2), CLOSING + timedelta(hours=4)],
    EMPTY: [],
}
"""Partition: when its records were received."""

ALL = {IDLE: 2, BUSY: 5, EMPTY: 0}
"""The next offsets of a silver that has everything."""

Topic = tuple[Mapping[str, str], str]


@pytest.fixture(scope="module")
def topic(stack: EmbeddedTarget) -> Iterator[Topic]:
    """A Kafka client's settings, and a topic with RECORDS in it, which no test changes."""
    client, name = stack.status().endpoints.kafka_client, f"days-{uuid4().hex[:8]}"
    admin = AdminClient(client)
    # Its records are years old.
    made = NewTopic(name, len(RECORDS), 1, config={"retention.ms": "-1"})
    admin.create_topics([made])[name].result(DEADLINE_S)
    producer = Producer(client)
    for partition, received in RECORDS.items():
        for when in received:
            producer.produce(name, b"order", partition=partition, timestamp=int(when.timestamp() * 1000))
    assert producer.flush(DEADLINE_S) == 0
    yield client, name
    admin.delete_topics([name])[name].result(DEADLINE_S)


Days = Callable[..., LiveDays]


@pytest.fixture
def days(topic: Topic) -> Days:
    """Makes the days of a silver that has come to these offsets, at this time."""

    def make(
        next_offsets: Mapping[int, int], now: datetime = CLOSING, zone: str = "UTC", topic_id: str | None = None
    ) -> LiveDays:
        followed = topic_id or KafkaTopic(*topic).identify().topic_id
        offsets = TableOffsets(followed, len(RECORDS), {}, next_offsets, {})
        return LiveDays(*topic, lambda: offsets, now.timestamp, ZoneInfo(zone))

    return make


def test_a_day_is_complete_once_silver_has_everything(days: Days) -> None:
    assert days(ALL).is_complete(DAY)


def test_a_day_that_is_not_over_is_not_complete_and_kafka_is_not_asked() -> None:
    nobody = {"bootstrap.servers": "127.0.0.1:1"}
    offsets = TableOffsets(None, 0, {}, {}, {})
    assert not LiveDays(nobody, "none", lambda: offsets, JUST_BEFORE.timestamp).is_complete(DAY)


def test_a_partition_that_is_idle_since_the_closing_does_not_hold_it_up(days: Days) -> None:
    assert days(ALL, now=CLOSING + timedelta(days=300)).is_complete(DAY)


@pytest.mark.parametrize("behind", [{IDLE: 1}, {IDLE: 0}, {BUSY: 1}, {BUSY: 0}])
def test_a_partition_with_a_record_of_before_the_closing_that_is_not_in_silver_holds_it_up(
    days: Days, behind: Mapping[int, int]
) -> None:
    assert not days({**ALL, **behind}).is_complete(DAY)


@pytest.mark.parametrize("committed", [2, 3, 4])
def test_a_partition_with_all_from_before_the_closing_does_not_though_more_is_not_in_silver(
    days: Days, committed: int
) -> None:
    assert days({**ALL, BUSY: committed}).is_complete(DAY)


def test_a_partition_that_silver_does_not_know_holds_it_up_unless_it_is_empty(days: Days) -> None:
    assert days({IDLE: 2, BUSY: 5}).is_complete(DAY)
    assert not days({BUSY: 5}).is_complete(DAY)


def test_a_silver_that_has_met_no_topic_has_nothing(topic: Topic) -> None:
    offsets = TableOffsets(None, 0, {}, {}, {})
    assert not LiveDays(*topic, lambda: offsets, CLOSING.timestamp).is_complete(DAY)


def test_the_closing_is_that_of_the_purchases_zone(days: Days) -> None:
    later = CLOSING + timedelta(hours=3)
    assert not days(ALL, later - timedelta(milliseconds=1), "America/Sao_Paulo").is_complete(DAY)
    # Received between the closings of both zones.
    assert not days({**ALL, BUSY: 3}, later, "America/Sao_Paulo").is_complete(DAY)
    assert days({**ALL, BUSY: 4}, later, "America/Sao_Paulo").is_complete(DAY)


def test_the_day_before_is_complete_while_the_day_is_not(days: Days) -> None:
    found = days({IDLE: 0, BUSY: 0}, now=CLOSING)
    assert found.is_complete(DAY - timedelta(days=1))
    assert not found.is_complete(DAY)


def test_a_backlog_is_refused_with_the_partitions_and_how_much_they_lack(days: Days) -> None:
    with pytest.raises(NoMarker, match="2 of partition 0, 1 of partition 1; wait"):
        days({BUSY: 4}).refuse_backlog()


def test_without_a_backlog_nothing_is_refused(days: Days) -> None:
    days(ALL).refuse_backlog()
    days({IDLE: 2, BUSY: 5}).refuse_backlog()


@pytest.mark.parametrize("ask", [lambda found: found.is_complete(DAY), lambda found: found.refuse_backlog()])
def test_offsets_of_another_topic_of_this_name_are_not_taken_for_this_ones(
    days: Days, ask: Callable[[LiveDays], object]
) -> None:
    with pytest.raises(TopicRecreated, match="silver follows id another"):
        ask(days(ALL, topic_id="another"))


def test_each_partitions_first_offset_of_a_time_or_its_end_is_what_kafka_says(topic: Topic) -> None:
    kafka = KafkaTopic(*topic)
    at = {when: kafka.offsets_at(RECORDS, int(when.timestamp() * 1000)) for when in (BEFORE, JUST_BEFORE, CLOSING)}
    assert at == {
        BEFORE: {IDLE: 0, BUSY: 0, EMPTY: 0},
        JUST_BEFORE: {IDLE: 1, BUSY: 1, EMPTY: 0},
        CLOSING: {IDLE: 2, BUSY: 2, EMPTY: 0},
    }
