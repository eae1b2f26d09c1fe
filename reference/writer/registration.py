"""Making a topic's partitions known to the tables, before the first record of theirs is written."""

from collections.abc import Callable, Iterable, Mapping

from reference.errors import CommitRefused, Contention
from reference.lake.iceberg_table import IcebergTable
from reference.protocol.commit import MAX_TRIES
from reference.protocol.decisions import COMMIT_ORDER, missing_partitions, new_partitions_start
from reference.protocol.offsets import registration_properties
from reference.writer.kafka_topic import TopicIdentity

LogBounds = Callable[[Iterable[int]], Mapping[int, tuple[int, int]]]


def register(
    tables: Mapping[str, IcebergTable],
    topic: str,
    identity: TopicIdentity,
    log_bounds: LogBounds,
    pause: Callable[[int], None],
) -> None:
    """Give every table a start and a next offset for each partition that is new to it.

    Bronze goes first and begins at the log's start; the others begin where bronze began. Any number of writers may
    do this at once: the loser of a commit looks again and finds it done.

    Raises:
        TopicRecreated, CommitUnknown, Contention: see reference.errors. After the latter two, call again.
    """
    for name in COMMIT_ORDER:
        for attempt in range(1, MAX_TRIES + 1):
            if _registered(name, tables, topic, identity, log_bounds):
                break
            pause(attempt)
        else:
            raise Contention(f"{name}: the topic's partitions could not be registered in {MAX_TRIES} tries")


def _registered(
    name: str, tables: Mapping[str, IcebergTable], topic: str, identity: TopicIdentity, log_bounds: LogBounds
) -> bool:
    bronze = tables["bronze"].load()
    known = tables[name].load()
    new = missing_partitions(known, topic, identity.topic_id, identity.partition_count)
    if not new:
        return True
    log_starts = {partition: start for partition, (start, _end) in log_bounds(new).items()}
    starts = new_partitions_start(bronze, log_starts, new)
    properties = registration_properties(topic, identity.topic_id, identity.partition_count, starts)
    try:
        tables[name].append((), properties)
    except CommitRefused:
        return False
    return True
