"""Time zones: their names, and what time it is in them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from scenarios.targets.embedded.athena.sql.bound import text
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script

_OFFSET: Final = re.compile(r"(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?")
_OF_GREENWICH: Final = ("GMT", "GMT0", "GMT+0", "GMT-0", "UCT", "UT", "UTC", "Universal")
_UTC: Final = frozenset((*_OF_GREENWICH, *(f"Etc/{name}" for name in _OF_GREENWICH), "Z", "Zulu", "Greenwich"))
_FIXED: Final = re.compile(r"Etc/GMT([+-])(\d{1,2})")
"""West of Greenwich where it says +."""

_UNKNOWN: Final = ("EST", "HST", "MST", "ROC", "Etc/Greenwich", "Etc/Zulu")
"""To Trino, unlike to the tz database."""

_MOST_MINUTES: Final = 14 * 60


@cache
def named(zone: str) -> str:
    """The zone's name as Trino has it: `UTC`, `+02:00`, `Europe/Berlin`.

    Raises:
        ValueError: there is none of that name.
    """
    if zone in _UTC:
        return "UTC"
    if found := _OFFSET.fullmatch(zone):
        return _offset(found[1], int(found[2]), int(found[3] or 0))
    if found := _FIXED.fullmatch(zone):
        return _offset("-" if found[1] == "+" else "+", int(found[2]), 0)
    if zone in _UNKNOWN or zone not in _known():
        raise ValueError(f"{zone} is no time zone")
    return zone


def _offset(sign: str, hours: int, minutes: int) -> str:
    if minutes >= 60 or hours * 60 + minutes > _MOST_MINUTES:
        raise ValueError(f"no time zone is {hours}:{minutes:02} from UTC")
    return f"{sign}{hours:02}:{minutes:02}" if hours or minutes else "UTC"


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime"})


@cache
def info(zone: str) -> timezone | ZoneInfo:
    """The zone of a name that is known to be one."""
    found = _OFFSET.fullmatch(zone)
    if not found:
        return ZoneInfo(zone)
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)


def to_utc(local: datetime, zone: str) -> datetime:
    """The time at UTC of a local one; of two, the earlier, and one that a clock skips counts on from before."""
    return local.replace(tzinfo=info(zone)).astimezone(UTC).replace(tzinfo=None)


def is_skipped(local: datetime, zone: str) -> bool:
    """Whether no clock of the zone shows this time, as it is put forward just then."""
    back = local.replace(tzinfo=info(zone)).astimezone(UTC).astimezone(info(zone))
    return back.replace(tzinfo=None) != local


def _local(value: dict[str, object]) -> datetime:
    utc = value["utc"]
    if not isinstance(utc, datetime):
        raise TypeError(f"{utc!r} is no time")
    return utc.replace(tzinfo=UTC).astimezone(info(str(value["zone"]))).replace(tzinfo=None)


def _from_local(local: datetime, zone: str) -> datetime:
    return to_utc(local, zone)


def _named(zone: str) -> str:
    try:
        return named(zone)
    except ValueError:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"'{zone}' is not a valid time zone") from None


def _offset_minutes(value: dict[str, object]) -> int:
    utc = value["utc"]
    if not isinstance(utc, datetime):
        raise TypeError(f"{utc!r} is no time")
    offset = utc.replace(tzinfo=UTC).astimezone(info(str(value["zone"]))).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def _supported(zone: str) -> str:
    try:
        return named(zone)
    except ValueError:
        raise Failed("NOT_SUPPORTED", f"Time zone not supported: {zone}") from None


NAMED: Final = Script(_named, ("VARCHAR",), "VARCHAR")
SUPPORTED: Final = Script(_supported, ("VARCHAR",), "VARCHAR")
"""The same, of which an unknown zone is not supported, as from_unixtime() has it."""

OFFSET_MINUTES: Final = Script(_offset_minutes, ("STRUCT(utc TIMESTAMP, zone VARCHAR)",), "BIGINT")
_LOCAL: Final = Script(_local, ("STRUCT(utc TIMESTAMP, zone VARCHAR)",), "TIMESTAMP")
_FROM_LOCAL: Final = Script(_from_local, ("TIMESTAMP", "VARCHAR"), "TIMESTAMP")
SCRIPTS: Final = (NAMED, SUPPORTED, OFFSET_MINUTES, _LOCAL, _FROM_LOCAL)


def local(value: str) -> str:
    """The local time of a time with its zone."""
    # Most are at UTC, which needs no look into the zones.
    return f"(CASE WHEN {value}.zone = 'UTC' THEN {value}.utc ELSE {_LOCAL(value)} END)"


def at_utc(local_time: str, zone: str) -> str:
    """The time at UTC of a local one; both are SQL."""
    if zone == text("UTC"):
        return local_time
    return f"(CASE WHEN {zone} = 'UTC' THEN {local_time} ELSE {_FROM_LOCAL(local_time, zone)} END)"
