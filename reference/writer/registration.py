"""Makes the topic's partitions known to the lake's tables."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reference.lake.iceberg_table import IcebergTable
from reference.protocol.effects import Effect, Load, LogStarts, Pause, Register
from reference.protocol.performing import perform
from reference.protocol.registering import register
from reference.writer.kafka_topic import TopicIdentity

LogBounds = Callable[[Iterable[int]], Mapping[int, tuple[int, int]]]


def register_topic(
    tables: Mapping[str, IcebergTable],
    topic: str,
    identity: TopicIdentity,
    log_bounds: LogBounds,
    reach: Callable[[str], None],
    pause: Callable[[int], None],
) -> None:
    """Run reference.protocol.registering.register on the real tables; its errors are this function's."""

    def do(effect: Effect) -> Any:
        match effect:
            case Load(table):
                return tables[table].load()
            case LogStarts(partitions):
                return {partition: start for partition, (start, _end) in log_bounds(partitions).items()}
            case Register(table, properties):
                return tables[table].append((), properties)
            case Pause(attempt):
                return pause(attempt)
            case _:
                raise TypeError(f"a registration does not {effect}")

    perform(register(topic, identity.topic_id, identity.partition_count), do, reach)
