"""How long something takes: out of a text, and in words."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, failing
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, fitted, scripted
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, DAY_TO_SECOND, DOUBLE, VARCHAR


def _parse_duration(value: str) -> int:
    found = _DURATION.fullmatch(value)
    if not found:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"duration is not a valid data duration string: {value}")
    milliseconds = int((Decimal(found[1]) * _DURATIONS[found[2]]).quantize(Decimal(1), ROUND_HALF_UP))
    if milliseconds >= -BIGINT.least:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"value {value} is too large to be represented in milliseconds")
    return milliseconds


_DURATIONS: Final = {
    "ns": Decimal("1e-6"),
    "us": Decimal("1e-3"),
    "ms": Decimal(1),
    "s": Decimal(1000),
    "m": Decimal(60_000),
    "h": Decimal(3_600_000),
    "d": Decimal(86_400_000),
}


_DURATION: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h|d)\s*")


_PARSED_DURATION: Final = Script(_parse_duration, ("VARCHAR",), "BIGINT")


SCRIPTS: Final = (_PARSED_DURATION,)


def _human_seconds(values: list[Bound]) -> Bound:
    seconds = f"least(TRY_CAST(round(abs({values[0].sql})) AS HUGEINT), {-BIGINT.least - 1})"
    parts = []
    for name, per, most in (
        ("week", 604800, 0),
        ("day", 86400, 7),
        ("hour", 3600, 24),
        ("minute", 60, 60),
        ("second", 1, 60),
    ):
        count = f"({seconds} // {per}{f' % {most}' if most else ''})"
        parts.append(f"CASE WHEN {count} > 1 THEN {count} || ' {name}s' WHEN {count} = 1 THEN '1 {name}' END")
    joined = f"concat_ws(', ', {', '.join(parts)})"
    wrong = failing("INVALID_FUNCTION_ARGUMENT", "Invalid argument found: ", f"CAST({values[0].sql} AS VARCHAR)")
    return Bound(
        VARCHAR,
        f"(CASE WHEN {values[0].sql} IS NULL THEN NULL "
        f"WHEN NOT isfinite({values[0].sql}) THEN CAST({wrong} AS VARCHAR) "
        f"WHEN {seconds} = 0 THEN '0 seconds' ELSE {joined} END)",
    )


DURATIONS: Final[Functions] = {
    "parse_duration": [scripted(DAY_TO_SECOND, [VARCHAR], _PARSED_DURATION)],
    "to_milliseconds": [fitted(lambda values: Bound(BIGINT, values[0].sql), DAY_TO_SECOND)],
    "human_readable_seconds": [fitted(_human_seconds, DOUBLE)],
}
