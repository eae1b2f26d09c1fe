"""What may be asked of the orders that are sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

FIRST_DAY: Final = date(2018, 8, 2)
LAST_DAY: Final = date(2018, 8, 31)

RENAMED_FIELD: Final = "renamed-field"
BadRow: TypeAlias = Literal[
    "renamed-field", "bad-timestamp", "distant-purchase", "price-as-text",
    "null-customer", "price-not-positive", "delivered-before-purchase", "unknown-status", "unknown-state",
    "repeated-version",
]  # fmt: skip
"""What may be wrong with an order on purpose. The first four cannot be typed, the others fail a rule of quality."""


@dataclass(frozen=True)
class OrderSettings:
    """Which orders to make, or what to change of those that are read.

    Attributes:
        seed: of made-up orders: the same seed, the same orders.
        id_salt: of made-up orders: another one, and their ids are others.
        first_day, last_day: of the purchases of made-up orders.
        purchased_at: when all are purchased instead, a local time without a zone; not for JSON lines.
        bad_rows: share of orders that are bad, by kind; of orders from files only RENAMED_FIELD.
    """

    seed: int = 1
    id_salt: int = 0
    first_day: date = FIRST_DAY
    last_day: date = LAST_DAY
    purchased_at: datetime | None = None
    bad_rows: Mapping[BadRow, float] = field(default_factory=dict)
