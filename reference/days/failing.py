"""Telling that a day's run failed. Needs as little as can be: what made it fail must not keep it from being told."""

from collections.abc import Callable, Sequence
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from reference.alerts.alert import Alert
from reference.alerts.channels import Channel
from reference.alerts.sending import send
from reference.days.markers import Markers
from reference.errors import WrongMarker
from reference.state.alert_keys import AlertKeys

UNKNOWN_GENERATION = 0
MOST_WHAT = 1_000
"""Characters of what happened: an error may quote a whole statement."""


def tell_failure(
    markers: Markers,
    channels: Sequence[Channel],
    keys: AlertKeys,
    now_ns: Callable[[], int],
    day: date,
    what: str,
    where: str,
) -> list[str]:
    """Tell it, once for a day and generation; the channels that took it.

    Raises:
        AlertNotSent: see send.
    """
    try:
        marker = markers.newest([day]).get(day)
    except (BotoCoreError, ClientError, OSError, WrongMarker):
        # The store is away or holds nonsense, which may be why the run failed.
        marker = None
    generation = marker.generation if marker else UNKNOWN_GENERATION
    return send(Alert("failure", day, generation, what[:MOST_WHAT], where), channels, keys, now_ns)
