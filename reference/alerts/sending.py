"""Sends each alert once on each channel."""

import logging
from collections.abc import Callable, Sequence

from reference.alerts.alert import Alert
from reference.alerts.channels import Channel
from reference.errors import AlertNotSent, StateUnreachable
from reference.state.alert_keys import AlertKeys

log = logging.getLogger(__name__)


def send(alert: Alert, channels: Sequence[Channel], keys: AlertKeys, now_ns: Callable[[], int]) -> list[str]:
    """Send an alert on the channels that have not had it; the names of those.

    While nobody can say whether it went out it is sent: rather twice than never.

    Raises:
        AlertNotSent: a channel did not take it; all others were tried, and the next call tries that one again.
    """
    sent, failed = [], []
    for channel in channels:
        try:
            if _send(alert, channel, keys, now_ns):
                sent.append(channel.name)
        except AlertNotSent as error:
            failed.append(str(error))
    if failed:
        raise AlertNotSent("; ".join(failed))
    return sent


def _send(alert: Alert, channel: Channel, keys: AlertKeys, now_ns: Callable[[], int]) -> bool:
    taken: list[Alert] = []

    def hand_over() -> None:
        channel.send(alert)
        taken.append(alert)

    try:
        return keys.once(alert.key, channel.name, now_ns(), hand_over)
    except StateUnreachable as error:
        if taken:
            log.warning("alert %s was sent, which is not noted: %s", alert.key, error)
        else:
            log.warning("alert %s is sent whether or not it was before: %s", alert.key, error)
            channel.send(alert)
        return True
