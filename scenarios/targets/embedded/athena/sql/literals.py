"""Numbers, texts and the like as they stand in a statement."""

import re
from decimal import Decimal
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, text
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, MOST_DIGITS, decimal, varchar

MOST_INTEGER: Final = 2**31 - 1
MOST_BIGINT: Final = 2**63 - 1
_DECIMAL: Final = re.compile(r"[+-]?(\d*)(?:\.(\d*))?")


def number(written: str) -> Bound:
    """A whole number, a decimal (`1.50` is a decimal(3,2)), or a double (`1.5e0`).

    Raises:
        SqlError: it is too large.
    """
    if "e" in written.lower():
        return Bound(DOUBLE, f"CAST({text(written)} AS DOUBLE)")
    if "." in written:
        return decimal_of(written)
    value = int(written)
    if value > MOST_BIGINT:
        raise SqlError("NUMERIC_VALUE_OUT_OF_RANGE", f"Invalid numeric literal: {written}")
    kind = INTEGER if value <= MOST_INTEGER else BIGINT
    return Bound(kind, f"CAST({value} AS {kind.duckdb})")


def decimal_of(written: str) -> Bound:
    """A decimal of as many digits as were written; zeros at the very front do not count.

    Raises:
        SqlError: it is none, or has too many.
    """
    found = _DECIMAL.fullmatch(written.strip())
    if found is None or not (found[1] or found[2]):
        raise SqlError("INVALID_LITERAL", f"'{written}' is not a valid DECIMAL literal")
    whole, fraction = found[1].lstrip("0"), found[2] or ""
    precision = max(len(whole) + len(fraction), 1)
    if precision > MOST_DIGITS:
        raise SqlError("INVALID_LITERAL", f"'{written}' is not a valid DECIMAL literal")
    kind = decimal(precision, len(fraction))
    return Bound(kind, f"CAST({text(str(Decimal(written.strip())))} AS {kind.duckdb})")


def string(value: str) -> Bound:
    """A text, whose type has its length in characters."""
    if "\x00" in value:
        raise not_supported("a text with a zero in it")
    return Bound(varchar(len(value)), text(value))


def boolean(value: bool) -> Bound:
    """TRUE or FALSE."""
    return Bound(BOOLEAN, "TRUE" if value else "FALSE")
