"""Sources that give whole blocks of events, without a Python object for each."""

from abc import abstractmethod
from collections.abc import Iterator

from keystone_native import EventBlock

from loadgen.events import Event

PER_BLOCK = 1024


class BlockSource(Iterator[Event]):
    """Events one by one or in blocks, each of them once."""

    def __init__(self) -> None:
        self._rows: Iterator[tuple[str, int | None, bool]] = iter(())

    def take(self, count: int) -> EventBlock:
        """The next `count` events, fewer at the end."""
        drawn = [row for _, row in zip(range(count), self._rows, strict=False)]
        if drawn:
            return EventBlock(drawn + self._draw(count - len(drawn)).rows())
        return self._draw(count)

    @abstractmethod
    def _draw(self, count: int) -> EventBlock:
        """The next `count` that nobody has, fewer at the end."""

    def __next__(self) -> Event:
        row = next(self._rows, None)
        if row is None:
            self._rows = iter(self._draw(PER_BLOCK).rows())
            row = next(self._rows)
        payload, price_cents, spoilt = row
        return Event(payload=payload, price_cents=price_cents, spoilt=spoilt)
