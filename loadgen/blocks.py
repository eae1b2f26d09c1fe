"""Events gathered into blocks, the form in which the load engine takes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from keystone_native import EventBlock
from numpy.typing import NDArray

from loadgen.arrivals import Arrivals
from loadgen.block_source import PER_BLOCK, BlockSource
from loadgen.errors import SourceError
from loadgen.events import Event

PlannedBlock = tuple[EventBlock, NDArray[np.int64]]
"""Events, and when each is due: nanoseconds after the plan's start."""


@dataclass(frozen=True, slots=True)
class Share:
    """The events number index, index + of, index + 2 of, ... of a plan that several senders share."""

    index: int
    of: int


WHOLE: Final = Share(0, 1)


def planned_blocks(events: Iterator[Event], arrivals: Arrivals, share: Share = WHOLE) -> Iterator[PlannedBlock]:
    """A share of the events with their times, until one of both ends.

    Raises:
        SourceError, or whatever the events raise, after the events before it have been given.
    """
    before = 0
    for due_ns in arrivals.due_ns(PER_BLOCK):
        block, error = _take(events, len(due_ns))
        if len(block):
            first = (share.index - before) % share.of
            yield block if share == WHOLE else block.every(share.of, first), due_ns[first : len(block) : share.of]
        before += len(block)
        if error is not None:
            raise error
        if len(block) < len(due_ns):
            return


def _take(events: Iterator[Event], count: int) -> tuple[EventBlock, Exception | None]:
    """Up to `count` events, and the error that ended them, if one did."""
    if isinstance(events, BlockSource):
        try:
            return events.take(count), None
        except SourceError as error:
            return EventBlock([]), error
    rows, failed = [], None
    try:
        for event in islice(events, count):
            rows.append((event.payload, event.price_cents, event.spoilt))  # noqa: PERF401 - kept if a later one fails
    except Exception as error:  # noqa: BLE001 - raised again by the caller, after what came before it
        failed = error
    return EventBlock(rows), failed
