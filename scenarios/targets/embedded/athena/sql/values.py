"""Values as Trino writes them."""

import math
from decimal import Decimal
from typing import Any, Final

import numpy as np

_PLAIN: Final = 1e-3, 1e7
"""Between these a double is written without an exponent (java.lang.Double.toString)."""


def written(value: Any, kind: str) -> Any:
    """A number with a point as text; what needs no writing as it is.

    Args:
        kind: the type's name.
    """
    if isinstance(value, float):
        return _float(value, str(np.float32(value)) if kind == "real" else repr(value))
    return str(value) if isinstance(value, Decimal) else value


def _float(value: float, shortest: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign, digits, _ = Decimal(shortest).normalize().as_tuple()
    if value == 0 or _PLAIN[0] <= abs(value) < _PLAIN[1]:
        plain = format(Decimal(shortest), "f")
        return plain if "." in plain else f"{plain}.0"
    rest = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{rest}E{Decimal(shortest).adjusted()}"
