"""Writes markers: for days that are complete, and anew for those that rows came for since."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Literal, TypeAlias

from reference.days.live import LiveDays
from reference.days.markers import Marker, Markers
from reference.lake.day_counts import day_counts
from reference.lake.iceberg_table import IcebergTable

Which: TypeAlias = Literal["live", "drained", "now"]
"""Of the days without a marker: those that are complete by the clock and by Kafka; all, for a load that is over, if
silver has all of it; all, come what may."""


def mark_days(
    kafka: LiveDays,
    silver: IcebergTable,
    markers: Markers,
    wanted: Collection[date],
    which: Which,
    now_ns: Callable[[], int],
) -> Iterator[Marker]:
    """Write the markers that are due, and give each.

    Args:
        wanted: only these days; none for all that silver has.

    Raises:
        NoMarker: `drained`, and silver has not all of it yet.
    """
    newest = markers.newest()
    complete: set[date] | None = None
    if which == "live":
        silver.load()
        unmarked = sorted(set(day_counts(silver.table)) - set(newest))
        # Where a day is complete, those before it are.
        complete = set(unmarked[: bisect_left(unmarked, True, key=lambda day: not kafka.is_complete(day))])
    elif which == "drained":
        kafka.refuse_backlog()
    # Counted after that, or rows that a day was waited for would be late.
    silver.load()
    rows = {day: count for day, count in day_counts(silver.table).items() if not wanted or day in wanted}
    return write_markers(rows, newest, rows if complete is None else complete, markers, now_ns)


def write_markers(
    rows: Mapping[date, int],
    newest: Mapping[date, Marker],
    complete: Collection[date],
    markers: Markers,
    now_ns: Callable[[], int],
) -> Iterator[Marker]:
    """Write the markers that are due, and give each.

    Args:
        rows: day → its rows in silver.
        newest: each day's newest marker.
        complete: of the days without a marker those that get one.
    """
    for day, count in sorted(rows.items()):
        last = newest.get(day)
        if last is None and day in complete:
            due = Marker(day, 1, count, 0, now_ns())
        elif last is not None and last.rows != count:
            due = Marker(day, last.generation + 1, count, max(0, count - last.rows), now_ns())
        else:
            continue
        # Somebody else's marker of this generation is as good.
        if markers.write(due):
            yield due
