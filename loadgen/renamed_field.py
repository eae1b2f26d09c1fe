"""Producers that were changed without notice: some events carry a required field under another name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from loadgen.events import Event

FIELD: Final = "order_purchase_timestamp"
RENAMED: Final = "purchased_at"


def rename_field(events: Iterator[Event], share: float) -> Iterator[Event]:
    """Every so many-th event with FIELD called RENAMED, marked as spoilt; spread evenly, `share` from 0 to 1."""
    renamed = 0
    for number, event in enumerate(events, 1):
        if renamed < int(number * share):
            renamed += 1
            yield _spoil(event)
        else:
            yield event


def _spoil(event: Event) -> Event:
    payload = event.payload.replace(f'"{FIELD}"', f'"{RENAMED}"', 1)
    return replace(event, payload=payload, spoilt=payload != event.payload)
