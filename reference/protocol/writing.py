"""The writer's programs: what it asks of the world to bring a batch into the three tables, each event once.

    read_lake:  load silver, quarantine, bronze ─► cut (decisions.py)
    write:      decode ─► for each table: write files ─► load ─► fence ─► append

A program knows no clock, no store and no Kafka, and keeps nothing from one batch to the next.
"""

from collections.abc import Collection, Mapping, Sequence

from reference.errors import Contention
from reference.protocol.committing import MAX_TRIES, try_commit
from reference.protocol.decisions import COMMIT_ORDER, Cut, LakeOffsets, is_too_old, may_commit, rest_of, spent_pins
from reference.protocol.effects import (
    Age,
    Append,
    Decode,
    DecodePinned,
    Landed,
    Load,
    Pause,
    Program,
    PutPin,
    Table,
    WriteFiles,
)
from reference.protocol.offsets import Range, next_offset_properties
from reference.protocol.pins import Pin, pin_key, pin_value


def read_lake(partitions: Collection[int]) -> Program[LakeOffsets]:
    """The three tables' offsets, for a writer of these partitions.

    Others may commit between two reads. So they are read against the order of commits, and again until they fit
    together or stay as they are: what does not fit then is wrong with the tables.
    """
    last = None
    while True:
        silver = yield Load("silver")
        quarantine = yield Load("quarantine")
        bronze = yield Load("bronze")
        lake = LakeOffsets(bronze, quarantine, silver)
        if lake.fits_together(partitions) or lake.of(partitions) == last:
            return lake
        last = lake.of(partitions)


def write(topic_id: str, batch: Cut, lake: LakeOffsets) -> Program[Table | None]:
    """Write a batch.

    Args:
        lake: the offsets as they were when the batch was cut.

    Returns:
        None when the batch is in all three tables; else the table whose offsets somebody else moved first. What was
        not committed by then is dropped, and its files are orphans.

    Raises:
        Contention: see commit().
    """
    lacking = {
        table: tuple(rest for r in batch.ranges if (rest := rest_of(r, lake[table].next_offset(r.partition))))
        for table in COMMIT_ORDER
    }
    return _write(topic_id, batch, lacking, spent_pins(lake, topic_id, [r.partition for r in batch.ranges]))


def _write(
    topic_id: str, batch: Cut, lacking: Mapping[str, tuple[Range, ...]], spent: Sequence[str]
) -> Program[Table | None]:
    if batch.pin is None:
        yield Decode(batch.ranges)
    else:
        yield DecodePinned(batch.ranges, batch.pin)
    for table in COMMIT_ORDER:
        if lacking[table] and not (yield from commit(topic_id, table, lacking[table], spent)):
            return table
    return None


def commit(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[bool]:
    """Commit `ranges`, all or nothing.

    Args:
        spent: bronze's pins that this commit may remove.

    Returns:
        True when the rows are in the table by this commit; False when somebody else moved the offsets first, and
        nothing of this commit is visible.

    Raises:
        Contention: MAX_TRIES tries did not land, though nobody moved these offsets.
    """
    append = yield from prepare(topic_id, table, ranges, spent)
    for attempt in range(1, MAX_TRIES + 1):
        offsets = yield Load(table)
        if not may_commit(offsets, topic_id, ranges):
            return False
        if is_too_old((yield Age(table)), offsets.grace_s):
            append = yield from prepare(topic_id, table, ranges, spent)
        failure = yield from try_commit(append)
        if failure is None:
            yield Landed(table)
            return True
        yield Pause(attempt)
    raise Contention(table, failure) from failure


def prepare(topic_id: str, table: Table, ranges: tuple[Range, ...], spent: Sequence[str]) -> Program[Append]:
    """Write all that the commit names; return the commit."""
    yield WriteFiles(table, ranges)
    properties = next_offset_properties(topic_id, ranges)
    if table != "bronze":
        return Append(table, ranges, properties)
    pin = yield PutPin()
    for r in ranges:
        properties[pin_key(topic_id, r.partition, r.first)] = pin_value(Pin(r.first, r.end, pin))
    return Append(table, ranges, properties, tuple(spent))
