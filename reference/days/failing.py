"""Telling that a day's run failed. Needs as little as can be: what made it fail must not keep it from being told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

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


def failure_of(context: Mapping[str, Any], now_ns: int) -> tuple[date, str, str] | None:
    """What Airflow says of a task or a run that failed: the day, what happened and where.

    None of a checkpoint that did its work and found rows that fail.

    Args:
        context: what Airflow gives a callback.
        now_ns: UTC, for a run that has no day.
    """
    error, run, reason = context.get("exception"), context["dag_run"], context.get("reason")
    if type(error).__name__ == "GXValidationFailed":
        return None
    why = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else error or "its process ended"
    what = f"the run failed: {reason}" if reason else f"{context['ti'].task_id} failed: {why}"
    at = run.logical_date or datetime.fromtimestamp(now_ns / 1e9, UTC)
    day = (run.conf or {}).get("day") or f"{at:%Y-%m-%d}"
    return date.fromisoformat(day), what, f"{run.dag_id}, run {run.run_id}"


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
