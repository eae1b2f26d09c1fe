"""Was every event that was sent put in exactly one place? Rows read back from the lake against what the sender knows.

Each event has an outcome: ok (acknowledged), failed (certainly not in Kafka) or unknown. Each row has the coordinates
of its Kafka record: partition and offset. A run is whole if all of these are 0:

  lost                  events acknowledged, and not in bronze
  duplicated            rows too many of one Kafka record in one table: the pipeline's doing
  duplicated_by_client  Kafka records too many of one event: the sender's doing
  phantom               events that failed, or that were never sent, and are there all the same
  corrupted             rows whose payload or price is not what was sent
  reordered             rows behind a later event of the same stream and partition
  displaced             events acknowledged at one partition and offset, and found at another
  misrouted             Kafka records in both silver and quarantine, in neither, or in one of them and not in bronze;
                        what was spoilt on purpose, yet is in silver

These are no errors in themselves: resolved (unknown, and there), foreign (rows of other producers in the same topic, of
which `poison` are those put there on purpose), and set_aside (events in quarantine that nobody spoilt: the pipeline
would not take them).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

FAULTS: Final = (
    "lost",
    "duplicated",
    "duplicated_by_client",
    "phantom",
    "corrupted",
    "reordered",
    "displaced",
    "misrouted",
)
"""The categories that must be empty."""

MAX_OFFENDERS: Final = 20


@dataclass(frozen=True)
class Offender:
    """One row or event that should not be as it is.

    Attributes:
        seq: the event's number; None for a row of no event.
        partition, offset: of the row; for an event that has none, where it was acknowledged, or, if nobody said
            where, those of the event nearest to it by number, as `what` then says.
        file: the row's data file; for what is missing, the file of the nearest offset that is there.
        what: the table, and what is wrong there.
    """

    seq: int | None
    partition: int | None
    offset: int | None
    file: str | None
    what: str


@dataclass(frozen=True)
class Ledger:
    """Counts of rows and of what is wrong with them; see the module.

    `price_sent` is what silver's prices should add up to: those of the events that are acknowledged, or in bronze all
    the same, and not in quarantine. `offenders` names the first of each category.
    """

    bronze: int
    silver: int
    quarantine: int
    lost: int
    duplicated: int
    duplicated_by_client: int
    phantom: int
    corrupted: int
    reordered: int
    displaced: int
    misrouted: int
    resolved: int
    foreign: int
    poison: int
    poison_quarantined: int
    spoilt: int
    spoilt_quarantined: int
    set_aside: int
    arrived: int
    price_sent: Decimal
    price_silver: Decimal
    offenders: Mapping[str, Sequence[Offender]]
