"""The program that gives quarantined events another chance, beside writers, upkeep and other replays.

What decodes now is appended to silver under the replay's id; nothing leaves quarantine. How far a replay has come moves
with its rows, as a writer's offset does. Each event is replayed once at the most, over all replays: which were replayed
already is read from the very snapshot that the commit is compared with.
"""

from collections.abc import Mapping

from reference.errors import Contention
from reference.protocol.committing import MAX_TRIES, try_commit
from reference.protocol.decisions import is_too_old
from reference.protocol.effects import Age, Append, DecodeQuarantined, LoadReplay, Pause, Program, WriteReplayed
from reference.protocol.offsets import Range, TableOffsets, replay_properties


def replay_ranges(silver: TableOffsets, replay_id: str, ends: Mapping[int, int], most: int) -> tuple[Range, ...]:
    """What a replay looks at next: of each partition from where it has come to.

    Args:
        ends: where it ends, by partition, which silver is past.
        most: offsets of each partition.
    """
    return tuple(
        Range(partition, first, min(end, first + most))
        for partition, end in sorted(ends.items())
        if (first := _reached(silver, replay_id, partition)) < end
    )


def replay(topic_id: str, replay_id: str, ranges: tuple[Range, ...]) -> Program[bool]:
    """Replay what is quarantined in `ranges`, which silver is past.

    Returns:
        False when a process with the same replay id was first.

    Raises:
        Contention: MAX_TRIES tries did not land, though nobody was first.
    """
    yield DecodeQuarantined(ranges)
    append = Append("silver", ranges, replay_properties(topic_id, replay_id, ranges))
    left_out = None
    for attempt in range(1, MAX_TRIES + 1):
        loaded = yield LoadReplay("silver", ranges)
        if not may_replay(loaded.offsets, topic_id, replay_id, ranges):
            return False
        if loaded.already != left_out or is_too_old((yield Age("silver")), loaded.offsets.grace_s):
            left_out = loaded.already
            yield WriteReplayed(ranges, left_out)
        failure = yield from try_commit(append)
        if failure is None:
            return True
        yield Pause(attempt)
    raise Contention("silver", failure) from failure


def may_replay(silver: TableOffsets, topic_id: str, replay_id: str, ranges: tuple[Range, ...]) -> bool:
    """Whether the replay has come to where each range begins, and no further, and the topic is the same."""
    return silver.topic_id == topic_id and all(_reached(silver, replay_id, r.partition) == r.first for r in ranges)


def _reached(silver: TableOffsets, replay_id: str, partition: int) -> int:
    return silver.replays.get((partition, replay_id), silver.start[partition])
