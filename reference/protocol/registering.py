"""The program that makes a topic's partitions known to the tables, before the first record of theirs is written."""

from reference.errors import CommitRefused, Contention
from reference.protocol.committing import MAX_TRIES
from reference.protocol.decisions import COMMIT_ORDER, missing_partitions, new_partitions_start
from reference.protocol.effects import Load, LogStarts, Pause, Program, Register, Table
from reference.protocol.offsets import TableOffsets, registration_properties


def register(topic: str, topic_id: str, partition_count: int) -> Program[None]:
    """Give every table a start and a next offset for each partition that is new to it.

    Bronze goes first and begins at the log's start; the others begin where bronze began. Any number of writers may
    do this at once: the loser of a commit looks again and finds it done.

    Raises:
        TopicRecreated, CommitUnknown, Contention: see reference.errors. After the latter two, run it again.
    """
    for table in COMMIT_ORDER:
        for attempt in range(1, MAX_TRIES + 1):
            if (yield from _register_once(table, topic, topic_id, partition_count)):
                break
            yield Pause(attempt)
        else:
            raise Contention(table, "refused")


def _register_once(table: Table, topic: str, topic_id: str, partition_count: int) -> Program[bool]:
    bronze: TableOffsets = yield Load("bronze")
    known: TableOffsets = yield Load(table)
    new = missing_partitions(known, topic, topic_id, partition_count)
    if not new:
        return True
    log_starts = yield LogStarts(tuple(new))
    starts = new_partitions_start(bronze, log_starts, new)
    try:
        yield Register(table, registration_properties(topic, topic_id, partition_count, starts))
    except CommitRefused:
        return False
    return True
