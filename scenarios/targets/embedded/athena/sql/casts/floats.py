"""Doubles and reals as texts, in Trino's two ways: as a message shows them, and as CAST does."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Final

from scenarios.targets.embedded.athena.sql.java_digits import Digits, digits_of
from scenarios.targets.embedded.athena.sql.scripts import Script

_MOST_OF_REAL: Final = 7
"""Digits that a real has as a text of CAST."""
_MOST_LONG: Final = 2**63
_PLAIN: Final = range(-2, 8)
"""Exponents, of 0.d1d2…, with which java.lang.Double.toString writes no power of ten."""


def shown(value: float, kind: str = "double") -> str:
    """As java.lang.Double.toString, or Float's, has it: `1.5`, `1.0E10`."""
    if not math.isfinite(value):
        return _not_finite(value)
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return f"{sign}0.0"
    found = digits_of(abs(value), single=kind == "real")
    if found.exponent not in _PLAIN:
        return sign + _scientific(found.digits, found.exponent)
    if found.exponent <= 0:
        return f"{sign}0.{'0' * -found.exponent}{found.digits}"
    whole = found.digits[: found.exponent].ljust(found.exponent, "0")
    return f"{sign}{whole}.{found.digits[found.exponent :] or '0'}"


def written(value: float, kind: str = "double") -> str:
    """As CAST to varchar has it, always with an exponent: `1.5E0`."""
    if not math.isfinite(value):
        return _not_finite(value)
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return f"{sign}0E0"
    found = digits_of(abs(value), single=kind == "real")
    if kind == "real" and len(found.digits) > _MOST_OF_REAL:
        found = _rounded(float(f"0.{found.digits}E{found.exponent}"))
    return sign + _scientific(found.digits, found.exponent)


def _rounded(value: float) -> Digits:
    """As java.text.DecimalFormat rounds a double: half to the even digit, but of whole numbers away from zero.

    (It holds the digits of those for cut off.)
    """
    whole = value.is_integer() and value < _MOST_LONG
    exact = Decimal(value) if len(digits_of(value).digits) == _MOST_OF_REAL + 1 else Decimal(repr(value))
    context = Context(prec=_MOST_OF_REAL, rounding=ROUND_HALF_UP if whole else ROUND_HALF_EVEN)
    made = context.plus(exact)
    digits = "".join(map(str, made.as_tuple().digits))
    return Digits(digits.rstrip("0"), made.adjusted() + 1)


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _scientific(digits: str, exponent: int) -> str:
    return f"{digits[0]}.{digits[1:] or '0'}E{exponent - 1}"


def _shown(value: float) -> str:
    return shown(value)


def _shown_real(value: float) -> str:
    return shown(value, "real")


def _cast_double(value: float) -> str:
    return written(value)


def _cast_real(value: float) -> str:
    return written(value, "real")


SHOWN: Final = Script(_shown, ("DOUBLE",), "VARCHAR")
SHOWN_REAL: Final = Script(_shown_real, ("REAL",), "VARCHAR")
CAST_DOUBLE: Final = Script(_cast_double, ("DOUBLE",), "VARCHAR")
CAST_REAL: Final = Script(_cast_real, ("REAL",), "VARCHAR")
SCRIPTS: Final = (SHOWN, SHOWN_REAL, CAST_DOUBLE, CAST_REAL)
