"""= <> < <= > >= and IS DISTINCT FROM, of Trino's types: NaN is like nothing, texts are compared by their bytes."""

from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, alike
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, UNKNOWN, Type

_COMPARED: Final = ("boolean", "varchar", "unknown")
"""Beside numbers; DuckDB compares their values as Trino does."""


def compared(operator: str, left: Bound, right: Bound) -> Bound:
    """Two values by one of the six operators.

    Raises:
        SqlError: they cannot be compared.
    """
    left, right = alike(left, right, operator)
    _refuse(left.type)
    plain = f"({left.sql} {operator} {right.sql})"
    if left.type.kind not in ("real", "double"):
        return Bound(BOOLEAN, plain)
    # DuckDB has NaN equal to itself and above all else. CASE keeps NULL for a NULL on either side.
    any_nan = f"isnan({left.sql}) OR isnan({right.sql})"
    return Bound(BOOLEAN, f"(CASE WHEN {any_nan} THEN {'TRUE' if operator == '<>' else 'FALSE'} ELSE {plain} END)")


def distinct(left: Bound, right: Bound) -> Bound:
    """IS DISTINCT FROM, by which NULL is like NULL and NaN like NaN."""
    left, right = alike(left, right, "IS DISTINCT FROM")
    if left.type != UNKNOWN:
        _refuse(left.type)
    return Bound(BOOLEAN, f"({left.sql} IS DISTINCT FROM {right.sql})")


def _refuse(kind: Type) -> None:
    if not (kind.is_numeric or kind.kind in _COMPARED):
        raise not_supported(f"a comparison of values of type {kind}")
