"""Was every event that was sent put in exactly one place? Rows read back from the lake against what the sender knows.

Each event has an outcome: ok (acknowledged), failed (certainly not in Kafka) or unknown. Each row has the coordinates
of its Kafka record: partition and offset. A run is whole if all of these are 0:

  lost                  events acknowledged, and not in bronze
  duplicated            rows too many of one Kafka record in one table: the pipeline's doing
  duplicated_by_client  Kafka records too many of one event: the sender's doing
  phantom               events that failed, or that were never sent, and are there all the same
  corrupted             rows whose payload, price or intended time is not what was sent
  reordered             rows behind a later event of the same stream and partition, of those acknowledged at first try
  displaced             events acknowledged at one partition and offset, and found at another
  misrouted             Kafka records in both silver and quarantine, in neither, or in one of them and not in bronze or
                        as another event there; what was spoilt on purpose, yet is in silver

These are no errors in themselves: resolved (unknown, and there), foreign (rows of other producers in the same topic, of
which `poison` are those put there on purpose), and set_aside (events in quarantine that nobody spoilt: the pipeline
would not take them).
"""

from typing import Final

MUST_BE_EMPTY: Final = (
    "lost",
    "duplicated",
    "duplicated_by_client",
    "phantom",
    "corrupted",
    "reordered",
    "displaced",
    "misrouted",
)

MAX_OFFENDERS: Final = 20
"""So many of each are named."""
