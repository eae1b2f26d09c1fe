"""The parts of a date, a time or an interval."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload
from scenarios.targets.embedded.athena.sql.times import zones
from scenarios.targets.embedded.athena.sql.times.calculating import as_timestamp
from scenarios.targets.embedded.athena.sql.types import BIGINT, DATE, DAY_TO_SECOND, YEAR_TO_MONTH, Type


def _field(of_time: str, of_clock: str | None, interval: tuple[Type, str] | None) -> Overload:
    """A part of a time; templates have {0} for the local time, the time of the day, or the interval."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1:
            return None
        [value] = arguments
        if value.type.kind == "time" and of_clock:
            return Bound(BIGINT, f"CAST({of_clock.format(value.sql)} AS BIGINT)")
        if interval and value.type == interval[0]:
            return Bound(BIGINT, f"CAST({interval[1].format(value.sql)} AS BIGINT)")
        at = as_timestamp(value)
        if at is None or (of_clock and value.type == DATE):
            return None
        return Bound(BIGINT, f"CAST({of_time.format(at.sql)} AS BIGINT)")

    return call


def _calendar(name: str) -> list[Overload]:
    return [_field(f"{name}({{0}})", None, None)]


def _offset(template: str) -> Overload:
    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "timestamp with time zone":
            return None
        return Bound(BIGINT, template.format(zones.OFFSET_MINUTES(arguments[0].sql)))

    return call


_CLOCK: Final = {
    "hour": ("hour({0})", "hour({0})", "{0} // 3600000 % 24"),
    "minute": ("minute({0})", "minute({0})", "{0} // 60000 % 60"),
    "second": ("second({0})", "second({0})", "{0} // 1000 % 60"),
    "millisecond": ("microsecond({0}) % 1000000 // 1000", "microsecond({0}) % 1000000 // 1000", "{0} % 1000"),
}


FIELDS: Final[Functions] = {
    "year": [_field("year({0})", None, (YEAR_TO_MONTH, "{0} // 12"))],
    "quarter": _calendar("quarter"),
    "month": [_field("month({0})", None, (YEAR_TO_MONTH, "{0} % 12"))],
    "week": _calendar("weekofyear"),
    "week_of_year": _calendar("weekofyear"),
    "day": [_field("day({0})", None, (DAY_TO_SECOND, "{0} // 86400000"))],
    "day_of_month": _calendar("day"),
    **dict.fromkeys(("day_of_week", "dow"), _calendar("isodow")),
    **dict.fromkeys(("day_of_year", "doy"), _calendar("dayofyear")),
    **dict.fromkeys(("year_of_week", "yow"), _calendar("isoyear")),
    **{name: [_field(time, clock, (DAY_TO_SECOND, span))] for name, (time, clock, span) in _CLOCK.items()},
    "timezone_hour": [_offset("({0} // 60)")],
    "timezone_minute": [_offset("({0} % 60)")],
}
