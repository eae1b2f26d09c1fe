"""Whole numbers written to some base."""

import re
from typing import Final

from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, scripted
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR, varchar


def _from_base(value: str, radix: int) -> int:
    if not 2 <= radix <= 36:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Radix must be between 2 and 36: {radix}")
    if not _DIGITS.fullmatch(value) or any(int(digit, 36) >= radix for digit in value.lstrip("+-")):
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Not a valid base-{radix} number: {value}")
    found = int(value, radix)
    if not BIGINT.least <= found < -BIGINT.least:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Not a valid base-{radix} number: {value}")
    return found


def _to_base(value: int, radix: int) -> str:
    if not 2 <= radix <= 36:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Radix must be between 2 and 36: {radix}")
    digits, rest = "", abs(value)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"-{digits}" if value < 0 else digits


_DIGITS: Final = re.compile("[+-]?[0-9a-zA-Z]+")


_FROM_BASE: Final = Script(_from_base, ("VARCHAR", "BIGINT"), "BIGINT")


_TO_BASE: Final = Script(_to_base, ("BIGINT", "BIGINT"), "VARCHAR")


SCRIPTS: Final = (
    _FROM_BASE,
    _TO_BASE,
)


BASES: Final[Functions] = {
    "from_base": [scripted(BIGINT, [VARCHAR, BIGINT], _FROM_BASE)],
    "to_base": [scripted(varchar(64), [BIGINT, BIGINT], _TO_BASE)],
}
