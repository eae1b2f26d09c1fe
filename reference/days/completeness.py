"""When a day of purchase is complete, live.

It is once every partition of Kafka has committed to silver all that it had been given an hour after the day's end: it
has then committed a record received an hour or more after the day's end, or had none for so long. What comes for the
day after that is late.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

GRACE: Final = timedelta(hours=1)


def closing(day: date, zone: ZoneInfo) -> datetime:
    """When a day stops waiting for its rows. Purchases carry local times of the zone."""
    if day == date.max:
        # It never ends.
        return datetime.max.replace(tzinfo=UTC)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    # Where summer time begins or ends about midnight there may be two midnights, or none. The later reading is after
    # all of the day; and an hour is added in UTC, for by the zone's clock it may be two, or none.
    return max(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1)) + GRACE


def behind(fences: Mapping[int, int], next_offsets: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """The partitions that the day waits for, and how many offsets each of them has to go.

    Args:
        fences: partition → the first offset received after the closing, or the log's end where there is none; taken
            after the closing.
        next_offsets: partition → the first that is not in silver, taken after the fences.
    """
    for partition, fence in sorted(fences.items()):
        missing = fence - next_offsets.get(partition, 0)
        if missing > 0:
            yield partition, missing
