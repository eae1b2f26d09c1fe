"""What Kafka says of the pipeline's progress, seen from outside: where each log ends, and how far the group is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints

TIMEOUT_S = 10.0


class TopicWatch:
    """One topic and the consumer group that drains it. Kafka may take `timeout_s` to answer."""

    def __init__(self, endpoints: Endpoints, timeout_s: float = TIMEOUT_S) -> None:
        self._client = endpoints.kafka_client
        self._topic = endpoints.topic
        self._group = endpoints.group
        self._timeout_s = timeout_s
        self._connect()

    def topic_id(self) -> str:
        """The topic's id, as the lake's rows carry it.

        Raises:
            TargetError: Kafka does not answer.
        """
        with self._errors():
            return str(self._describe().topic_id)

    def ends(self) -> dict[int, int]:
        """Each partition's offset after its last record.

        Raises:
            TargetError: Kafka does not answer.
        """
        with self._errors():
            asked = {partition: OffsetSpec.latest() for partition in self._partitions()}
            found = self._admin.list_offsets(asked, request_timeout=self._timeout_s)
            return {tp.partition: future.result().offset for tp, future in found.items()}

    def committed(self) -> dict[int, int]:
        """How far the group has committed each partition; 0 where it has not begun.

        Raises:
            TargetError: Kafka does not answer.
        """
        ends = self.ends()
        with self._errors():
            return {partition: max(offset, 0) for partition, offset in self._committed(ends).items()}

    def lag(self, until: Mapping[int, int] | None = None) -> int:
        """How many records the group has not committed yet, of all or of those before the offsets `until`.

        Raises:
            TargetError: Kafka does not answer.
        """
        ends = self.ends() if until is None else until
        with self._errors():
            committed = self._committed(ends)
        return sum(max(0, end - max(committed.get(partition, 0), 0)) for partition, end in ends.items())

    def lag_or_none(self, until: Mapping[int, int] | None = None) -> int | None:
        """The lag, or None while Kafka does not answer."""
        try:
            return self.lag(until)
        except TargetError:
            # librdkafka 2.16: a client that asked for the group before its broker's restart may never get an answer
            # afterwards, a new one does at once.
            self._connect()
            return None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except KafkaException as error:
            address, why = self._client["bootstrap.servers"], error.args[0].str()
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise TargetError(f"Kafka at {address} has no topic {self._topic!r}") from None
            raise TargetError(
                f"Kafka does not answer at {address}: {why}; of an embedded stack `keystone status` says more"
            ) from error

    def _connect(self) -> None:
        """Clients whose own complaints are dropped: while a broker is away on purpose they are no news."""
        quiet = {**self._client, "log_level": 0, "error_cb": lambda _error: None}
        try:
            self._admin = AdminClient(quiet)
            self._consumer = Consumer({**quiet, "group.id": self._group})
        except KafkaException as error:
            raise TargetError(f"Kafka's client cannot be made: {error.args[0].str()}") from None

    def _partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self._topic, partition.id) for partition in self._describe().partitions]

    def _describe(self) -> Any:
        described = self._admin.describe_topics(TopicCollection([self._topic]), request_timeout=self._timeout_s)
        return described[self._topic].result()

    def _committed(self, ends: Mapping[int, int]) -> dict[int, int]:
        # By a consumer that never joins: librdkafka 2.16's AdminClient crashes now and then when it asks for a group's
        # offsets while the broker restarts.
        asked = [TopicPartition(self._topic, partition) for partition in ends]
        return {tp.partition: tp.offset for tp in self._consumer.committed(asked, timeout=self._timeout_s)}
