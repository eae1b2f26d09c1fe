"""+ - * / % and the minus sign, of Trino's types and with Trino's failures.

Results' types of decimals as in io.trino.type.DecimalOperators of Trino 435.
"""

import re
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, alike, coerced, fail
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.times import calculating
from scenarios.targets.embedded.athena.sql.types import (
    DAY_TO_SECOND,
    DOUBLE,
    MOST_DIGITS,
    UNKNOWN,
    YEAR_TO_MONTH,
    Type,
    as_decimal,
    decimal,
)

_WHOLE: Final = re.compile(r"CAST\(\d+ AS \w+\)")
_NAMES: Final = {"+": "add", "-": "subtract", "*": "multiply"}


def calculated(operator: str, left: Bound, right: Bound) -> Bound:
    """Two numbers by one of the five operators.

    Raises:
        SqlError: they are no numbers.
    """
    if any(value.type.kind in calculating.KINDS for value in (left, right)):
        if (found := calculating.calculated(operator, left, right)) is not None:
            return found
        raise SqlError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {operator} {right.type}")
    if left.type == right.type == UNKNOWN or not _both_may_be_numbers(left.type, right.type):
        raise SqlError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {operator} {right.type}")
    if "decimal" in (left.type.kind, right.type.kind) and not {"real", "double"} & {left.type.kind, right.type.kind}:
        # As Trino has it: the narrowest decimal there is.
        left, right = (coerced(value, decimal(1, 0)) if value.type == UNKNOWN else value for value in (left, right))
        return _of_decimals(operator, left, right)
    if operator in "*/" and UNKNOWN in (left.type, right.type) and DOUBLE in (left.type, right.type):
        # An interval may be multiplied by a double.
        raise not_supported("NULL without a type beside a double")
    left, right = alike(left, right, operator)
    if left.type.is_integer:
        return Bound(left.type, _of_integers(operator, left, right))
    return Bound(left.type, _of_floats(operator, left, right))


def negated(value: Bound) -> Bound:
    """The minus sign before a number.

    Raises:
        SqlError: it is no number.
    """
    if value.type in (DAY_TO_SECOND, YEAR_TO_MONTH):
        return Bound(value.type, f"(-{value.sql})")
    if not value.type.is_numeric:
        raise SqlError("TYPE_MISMATCH", f"Cannot negate {value.type}")
    if not value.type.is_integer:
        return Bound(value.type, f"(-{value.sql})")
    least = f"CAST({value.type.least} AS {value.type.duckdb})"
    # Itself but for its sign: DuckDB would take the next larger type for it.
    wrong = fail("NUMERIC_VALUE_OUT_OF_RANGE", f"{value.type} negation overflow: {value.type.least}")
    minus = f"CAST(0 AS {value.type.duckdb}) - {value.sql}"
    return Bound(value.type, f"(CASE WHEN {value.sql} = {least} THEN {wrong} ELSE {minus} END)::{value.type.duckdb}")


def _both_may_be_numbers(left: Type, right: Type) -> bool:
    return all(kind.is_numeric or kind == UNKNOWN for kind in (left, right))


def _of_integers(operator: str, left: Bound, right: Bound) -> str:
    # Of the operands' own type, so that what is too large for it fails, as a division by zero does.
    # By names: DuckDB brings `x + 1 > 3` into the form `x > 2`, and what is too large is gone.
    if operator in _NAMES:
        return f"{_NAMES[operator]}({left.sql}, {right.sql})"
    made = f"({left.sql} {'//' if operator == '/' else operator} {right.sql})"
    if operator == "/":
        return made
    if _WHOLE.fullmatch(right.sql):
        return made
    # By 1 there is the same remainder as by -1, of the least of all integers, too, which has no quotient by that.
    return f"({left.sql} % CASE WHEN {right.sql} = -1 THEN 1 ELSE {right.sql} END)"


def _of_floats(operator: str, left: Bound, right: Bound) -> str:
    if operator != "%":
        return f"({left.sql} {operator} {right.sql})"
    is_none = f"{right.sql} = 0 AND {left.sql} IS NOT NULL"
    return f"(CASE WHEN {is_none} THEN CAST('NaN' AS {left.type.duckdb}) ELSE {left.sql} % {right.sql} END)"


def _of_decimals(operator: str, left: Bound, right: Bound) -> Bound:
    of_left, of_right = as_decimal(left.type), as_decimal(right.type)
    left, right = coerced(left, of_left), coerced(right, of_right)
    if operator in "+-":
        return _sum(operator, left, right)
    return {"*": _product, "/": _quotient, "%": _remainder}[operator](left, right)


def _sum(operator: str, left: Bound, right: Bound) -> Bound:
    (p1, s1), (p2, s2) = left.type.numbers, right.type.numbers
    scale = max(s1, s2)
    kind = decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
    both = [_rescaled(value, kind) for value in (left, right)]
    return Bound(kind, f"CAST({both[0]} {operator} {both[1]} AS {kind.duckdb})")


def _rescaled(value: Bound, kind: Type) -> str:
    made = f"CAST({value.sql} AS {kind.duckdb})"
    if value.type.numbers[0] - value.type.numbers[1] <= kind.numbers[0] - kind.numbers[1]:
        return made
    wrong = fail("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
    fits = f"TRY_{made}"
    return f"(CASE WHEN {value.sql} IS NOT NULL AND {fits} IS NULL THEN CAST({wrong} AS {kind.duckdb}) ELSE {fits} END)"


def _product(left: Bound, right: Bound) -> Bound:
    (p1, s1), (p2, s2) = left.type.numbers, right.type.numbers
    if s1 + s2 > MOST_DIGITS:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", f"DECIMAL scale must be in range [0, precision (38)]: {s1 + s2}")
    kind = decimal(p1 + p2, s1 + s2)
    # Of the largest precision, or DuckDB would calculate with the digits of the operands.
    wide = [f"CAST({value.sql} AS {decimal(MOST_DIGITS, value.type.numbers[1]).duckdb})" for value in (left, right)]
    return Bound(kind, f"CAST({wide[0]} * {wide[1]} AS {kind.duckdb})")


def _quotient(left: Bound, right: Bound) -> Bound:
    """Rounded half away from zero, which DuckDB's own division of decimals, a double, is not."""
    (p1, s1), (_, s2) = left.type.numbers, right.type.numbers
    kind = decimal(p1 + s2 + max(s2 - s1, 0), max(s1, s2))
    scale = kind.numbers[1]
    shift = scale - s1 + s2
    dividend, divisor = _widened(left, shift), _widened(right, 0)
    return Bound(kind, _scaled(f"keystone_divide({dividend}, {divisor})", kind))


def _remainder(left: Bound, right: Bound) -> Bound:
    (p1, s1), (p2, s2) = left.type.numbers, right.type.numbers
    scale = max(s1, s2)
    kind = decimal(min(p2 - s2, p1 - s1) + scale, scale)
    dividend, divisor = _widened(left, scale - s1), _widened(right, scale - s2)
    return Bound(kind, _scaled(f"({dividend} % ({divisor}))", kind))


def _widened(value: Bound, zeros: int) -> str:
    """A decimal's digits and some zeros, as a whole number; one that has more digits than are calculated with fails."""
    if zeros > MOST_DIGITS:
        raise not_supported(f"a calculation with {value.type} that needs more than {MOST_DIGITS} digits in between")
    digits = unscaled(value)
    made = f"{digits} * {10**zeros}::HUGEINT" if zeros else digits
    if value.type.numbers[0] + zeros < MOST_DIGITS:
        return made
    wrong = fail("NOT_SUPPORTED", f"more than {MOST_DIGITS} digits in between are not supported here")
    is_large = f"abs({digits}) > {(10**MOST_DIGITS // 2) // 10**zeros}::HUGEINT"
    return f"(CASE WHEN {is_large} THEN {wrong} ELSE {made} END)"


def unscaled(value: Bound) -> str:
    """A decimal's digits as a whole number."""
    return f"CAST(replace(CAST({value.sql} AS VARCHAR), '.', '') AS HUGEINT)"


def _scaled(unscaled: str, kind: Type) -> str:
    return f"keystone_scaled_{kind.numbers[1]}({unscaled})::{kind.duckdb}"


def macros() -> list[str]:
    """What the expressions above call; to be made once for each connection."""
    halves = "CASE WHEN abs(a % b) * 2 >= abs(b) THEN CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END ELSE 0 END"
    made = [f"CREATE MACRO keystone_divide(a, b) AS a // b + {halves}"]
    for scale in range(MOST_DIGITS + 1):
        written = "CAST(abs(a) AS VARCHAR)"
        digits = f"lpad({written}, CAST(greatest({scale + 1}, length({written})) AS INTEGER), '0')"
        whole, rest = f"left({digits}, CAST(length({digits}) - {scale} AS INTEGER))", f"right({digits}, {scale})"
        point = f"{whole} || '.' || {rest}" if scale else digits
        made.append(f"CREATE MACRO keystone_scaled_{scale}(a) AS CASE WHEN a < 0 THEN '-' ELSE '' END || {point}")
    return made
