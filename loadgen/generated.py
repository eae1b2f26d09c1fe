"""The `olist:N` source: made-up orders that are distributed as the Olist orders are, see olist_profile.json.

Statuses, states, hours, weekdays, months, items, prices, freight, payments, delays, missing values and with them the
payload's size follow the figures. The same arguments give the same orders.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from keystone_native import BAD_ROW_KINDS, EventBlock, OrderGenerator

from loadgen.block_source import BlockSource
from loadgen.errors import SourceError
from loadgen.olist_profile import day_weights, drawing_profile
from loadgen.order_settings import OrderSettings

EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - orders carry local times

SPOILT: Final[Mapping[str, bool]] = dict(BAD_ROW_KINDS)
"""The kinds of bad rows, and whether such a row cannot be typed; the others break a rule
of quality."""


class GeneratedOrders(BlockSource):
    """The orders, one by one or in blocks, each of them once."""

    def __init__(self, count: int | None, settings: OrderSettings) -> None:
        """Prepare to draw `count` orders; None: as many as it takes.

        Raises:
            SourceError: the days or the shares cannot be.
        """
        first_day, last_day = settings.first_day, settings.last_day
        if last_day < first_day:
            raise SourceError(f"last_day is {last_day}, allowed is {first_day}, the first day, or later")
        bad = {str(kind): share for kind, share in settings.bad_rows.items()}
        if unknown := [kind for kind in bad if kind not in SPOILT]:
            raise SourceError(f"bad_rows has {unknown[0]!r}, allowed are {', '.join(SPOILT)}")
        if not all(share >= 0 for share in bad.values()) or sum(bad.values()) > 1:
            raise SourceError(f"bad_rows is {bad}, allowed are shares from 0 that add up to 1 at most")
        super().__init__()
        self._left = count
        self._generator = OrderGenerator(
            drawing_profile(),
            seed=settings.seed,
            id_salt=settings.id_salt,
            first_day=(first_day - EPOCH.date()).days,
            day_weights=day_weights(first_day, last_day),
            purchased_at=_seconds(settings.purchased_at),
            bad_shares=[bad.get(kind, 0.0) for kind in SPOILT],
        )

    def _draw(self, count: int) -> EventBlock:
        if self._left is not None:
            count = min(count, self._left)
            self._left -= count
        return self._generator.next(count)


def _seconds(at: datetime | None) -> int | None:
    """Since 1970 on a calendar without zones; fractions are dropped."""
    return None if at is None else int((at.replace(microsecond=0) - EPOCH).total_seconds())
