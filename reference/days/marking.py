"""Writes markers: for days that are complete, and anew for those that rows came for since."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from reference.days.markers import Marker, Markers


def mark(
    rows: Mapping[date, int], markers: Markers, is_complete: Callable[[date], bool], now_ns: Callable[[], int]
) -> Iterator[Marker]:
    """Write the markers that are due, and give each.

    Args:
        rows: day → its rows in silver now.
        is_complete: asked of days that have no marker yet.
    """
    newest = markers.newest()
    for day, count in sorted(rows.items()):
        last = newest.get(day)
        if last is None and is_complete(day):
            due = Marker(day, 1, count, 0, now_ns())
        elif last is not None and last.rows != count:
            due = Marker(day, last.generation + 1, count, max(0, count - last.rows), now_ns())
        else:
            continue
        # Somebody else's marker of this generation is as good.
        if markers.write(due):
            yield due
