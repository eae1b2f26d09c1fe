"""Functions of numbers."""

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Final

from scenarios.targets.embedded.athena.sql.arithmetic import calculated, negated, unscaled
from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, failing, let, unless_null
from scenarios.targets.embedded.athena.sql.functions.overloads import (
    Functions,
    Overload,
    fitted,
    fitting,
    plain,
)
from scenarios.targets.embedded.athena.sql.scripts import Script
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    MOST_DIGITS,
    REAL,
    UNKNOWN,
    Type,
    as_decimal,
    common,
    decimal,
)

_LEAST_PLACE: Final = -18
"""Before the point, of those that a whole number is rounded at."""
_NAN: Final = "CAST('NaN' AS DOUBLE)"


_MINUS_INFINITY: Final = "CAST('-Infinity' AS DOUBLE)"


# DuckDB fails where IEEE 754, and Java, have a value.
_LOGARITHM: Final = "(CASE WHEN {{0}} = 0 THEN {} WHEN {{0}} < 0 THEN {} ELSE {}({{0}}) END)"


_LN: Final = _LOGARITHM.format(_MINUS_INFINITY, _NAN, "ln")


def _logarithm(name: str) -> Overload:
    return plain(DOUBLE, [DOUBLE], _LOGARITHM.format(_MINUS_INFINITY, _NAN, name))


def _abs(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1 or not arguments[0].type.is_numeric:
        return None
    [value] = arguments
    if not value.type.is_integer:
        return Bound(value.type, f"abs({value.sql})")
    return Bound(value.type, f"(CASE WHEN {value.sql} < 0 THEN {negated(value).sql} ELSE {value.sql} END)")


def _sign(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1 or not arguments[0].type.is_numeric:
        return None
    [value] = arguments
    kind = decimal(1, 0) if value.type.kind == "decimal" else value.type
    if kind.kind in ("double", "real"):
        itself = f"isnan({value.sql}) OR {value.sql} = 0"
        made = f"CASE WHEN {itself} THEN {value.sql} ELSE sign({value.sql}) END"
        return Bound(kind, f"CAST({made} AS {kind.duckdb})")
    return Bound(kind, f"CAST(sign({value.sql}) AS {kind.duckdb})")


def _whole(name: str) -> Overload:
    """Whole numbers stay, decimals lose their fraction and may need one digit more; round is half away from zero."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or not arguments[0].type.is_numeric:
            return None
        [value] = arguments
        if value.type.is_integer:
            return value
        kind = value.type
        if kind.kind == "decimal":
            precision, scale = kind.numbers
            kind = decimal(precision - scale + min(scale, 1), 0)
        # Java rounds what is 0 below zero to one above it.
        zero = " + 0::DOUBLE" if name == "round" and kind.is_float else ""
        return Bound(kind, f"CAST({name}({value.sql}{zero}) AS {kind.duckdb})")

    return call


def _modulus(arguments: Sequence[Bound]) -> Bound | None:
    numeric = len(arguments) == 2 and all(value.type.is_numeric for value in arguments)
    return calculated("%", arguments[0], arguments[1]) if numeric else None


def _of_a_double(name: str) -> Overload:
    return plain(DOUBLE, [DOUBLE], f"{name}({{0}})")


def _test(template: str) -> list[Overload]:
    return [plain(BOOLEAN, [REAL], template), plain(BOOLEAN, [DOUBLE], template)]


def _rounded(arguments: Sequence[Bound]) -> Bound | None:
    """To a number of digits after the point, or before it; half away from zero."""
    if len(arguments) != 2 or not arguments[0].type.is_numeric:
        return None
    digits = fitting(arguments[1:], [INTEGER])
    if digits is None:
        return None
    value, count, kind = arguments[0], digits[0].sql, arguments[0].type
    if kind.kind == "decimal" or kind.is_integer:
        precision, scale = as_decimal(kind).numbers
        made = decimal(precision + 1, scale) if kind.kind == "decimal" else kind
        wide = f"CAST({value.sql} AS {decimal(MOST_DIGITS, scale).duckdb})"
        found = f"round({wide}, least(CAST({count} AS INTEGER), {scale}))"
        found = _within(made, value.sql, count, found) if kind.is_integer else found
        return Bound(made, f"CAST({unless_null(found, count)} AS {made.duckdb})")
    factor = f"pow(10, {count})"
    # Java rounds what is 0 below zero to one above it.
    scaled = f"(CAST({value.sql} AS DOUBLE) * {factor} + 0::DOUBLE)"
    made_of = f"CASE WHEN isfinite({scaled}) THEN round({scaled}) / {factor} ELSE {value.sql} END"
    return Bound(kind, f"CAST({unless_null(made_of, count)} AS {kind.duckdb})")


def _within(kind: Type, value: str, count: str, found: str) -> str:
    """A whole number that was rounded; Trino's own failure with an integer is an internal one."""
    overflow = failing("NUMERIC_VALUE_OUT_OF_RANGE", "numerical overflow: ", f"CAST({value} AS VARCHAR)")
    code = "NOT_SUPPORTED" if kind.kind == "integer" else "NUMERIC_VALUE_OUT_OF_RANGE"
    wrong = failing(code, f"{kind} out of range: round(", f"CAST({value} AS VARCHAR)", ")")
    outside = f"{found} NOT BETWEEN {kind.least} AND {-kind.least - 1}"
    return f"CASE WHEN {count} < {_LEAST_PLACE} THEN {overflow} WHEN {outside} THEN {wrong} ELSE {found} END"


def _truncated(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1 or not (arguments[0].type.is_float or arguments[0].type.kind == "decimal"):
        return None
    [value] = arguments
    kind = value.type
    if kind.kind == "decimal":
        precision, scale = kind.numbers
        kind = decimal(max(1, precision - scale), 0)
    return Bound(kind, f"CAST(trunc({value.sql}) AS {kind.duckdb})")


def _truncated_to(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type.kind != "decimal":
        return None
    digits = fitting(arguments[1:], [BIGINT])
    if digits is None:
        return None
    value, kind = arguments[0], arguments[0].type
    _, scale = kind.numbers
    # Not by pow(), which is a double.
    zeros = f"CAST(least(greatest({scale} - {digits[0].sql}, 0), {MOST_DIGITS}) AS INTEGER)"
    step = f"CAST('1' || repeat('0', {zeros}) AS HUGEINT)"
    cut = f"keystone_scaled_{scale}({unscaled(value)} // {step} * {step})"
    return Bound(kind, f"CAST({unless_null(cut, digits[0].sql)} AS {kind.duckdb})")


def _extreme(name: str) -> Overload:
    def call(arguments: Sequence[Bound]) -> Bound | None:
        kind: Type | None = UNKNOWN
        for value in arguments:
            kind = kind and common(kind, value.type)
        if not arguments or kind is None or kind.of or kind.kind in ("json", "timestamp with time zone", "unknown"):
            return None
        values = [coerced(value, kind).sql for value in arguments]
        nulls = " OR ".join(f"{value} IS NULL" for value in values)
        # NaN is neither the least nor the greatest, unless there is nothing else.
        kept = [f"nullif({value}, CAST('NaN' AS {kind.duckdb}))" for value in values] if kind.is_float else values
        most = f"{name}({', '.join(kept)})"
        most = f"coalesce({most}, CAST('NaN' AS {kind.duckdb}))" if kind.is_float else most
        return Bound(kind, f"(CASE WHEN {nulls} THEN NULL ELSE {most} END)")

    return call


def _width_bucket(values: list[Bound]) -> Bound:
    value, first, last, count = (bound.sql for bound in values)
    wrong = {
        f"isnan({value})": "operand must not be NaN",
        f"{count} <= 0": "bucketCount must be greater than 0",
        f"NOT isfinite({first})": "first bound must be finite",
        f"NOT isfinite({last})": "second bound must be finite",
        f"{first} = {last}": "bounds cannot equal each other",
    }
    arms = " ".join(f"WHEN {test} THEN {fail('INVALID_FUNCTION_ARGUMENT', said)}" for test, said in wrong.items())
    outside = f"WHEN {value} < least({first}, {last}) THEN 0 WHEN {value} >= greatest({first}, {last}) THEN {count} + 1"
    share = f"CAST(floor({count} * ({value} - least({first}, {last})) / abs({last} - {first})) AS BIGINT) + 1"
    up = f"CASE {outside} ELSE {share} END"
    null = " OR ".join(f"{bound.sql} IS NULL" for bound in values)
    return Bound(
        BIGINT, f"(CASE WHEN {null} THEN NULL {arms} WHEN {first} > {last} THEN {count} - {up} + 1 ELSE {up} END)"
    )


def _random_below(arguments: Sequence[Bound]) -> Bound | None:
    """A whole number from 0, or from the first of two, to below the last."""
    if len(arguments) not in (1, 2) or not all(value.type.is_integer for value in arguments):
        return None
    kind = common(arguments[0].type, arguments[-1].type) or BIGINT
    values = [coerced(value, kind).sql for value in arguments]
    first, last = ("0", values[0]) if len(values) == 1 else values
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "bound must be positive, and the first less than the last")
    made = f"CAST(floor(random() * ({last} - {first})) AS BIGINT) + {first}"
    return Bound(kind, f"CAST(CASE WHEN {last} <= {first} THEN {wrong} ELSE {made} END AS {kind.duckdb})")


def _cbrt(value: float) -> float:
    """The root to the last digit, which the C library's is not."""
    with localcontext() as context:
        context.prec = 40
        return math.copysign(float(abs(Decimal(value)) ** (Decimal(1) / 3)), value)


def _root(values: list[Bound]) -> Bound:
    # A script has no way to give NaN back.
    return Bound(DOUBLE, let(values, lambda v: f"CASE WHEN isfinite({v}) AND {v} <> 0 THEN {_CBRT(v)} ELSE {v} END"))


_CBRT: Final = Script(_cbrt, ("DOUBLE",), "DOUBLE")


SCRIPTS: Final = (_CBRT,)


def _power(values: list[Bound]) -> Bound:
    def made(base: str, exponent: str) -> str:
        # As Java has it, where C's has 1 for NaN.
        return (
            f"CASE WHEN isnan({exponent}) OR (abs({base}) = 1 AND isinf({exponent})) THEN {_NAN} + {base} "
            f"WHEN {base} < 0 AND isfinite({base}) AND {exponent} <> floor({exponent}) THEN {_NAN} "
            f"ELSE pow({base}, {exponent}) END"
        )

    return Bound(DOUBLE, let(values, made))


NUMBERS: Final[Functions] = {
    "abs": [_abs],
    "sign": [_sign],
    "ceil": [_whole("ceil")],
    "ceiling": [_whole("ceil")],
    "floor": [_whole("floor")],
    "round": [_whole("round"), _rounded],
    "truncate": [_truncated, _truncated_to],
    "greatest": [_extreme("greatest")],
    "least": [_extreme("least")],
    "cbrt": [fitted(_root, DOUBLE)],
    "exp": [_of_a_double("exp")],
    "log": [plain(DOUBLE, [DOUBLE, DOUBLE], "(ln({1}) / ln({0}))")],
    **{name: [_of_a_double(name)] for name in ("sin", "cos", "tan", "atan")},
    **{
        name: [plain(DOUBLE, [DOUBLE], f"(CASE WHEN abs({{0}}) > 1 THEN {_NAN} ELSE {name}({{0}}) END)")]
        for name in ("asin", "acos")
    },
    "atan2": [plain(DOUBLE, [DOUBLE, DOUBLE], "atan2({0}, {1})")],
    "random": [plain(DOUBLE, [], "random()"), _random_below],
    "rand": [plain(DOUBLE, [], "random()"), _random_below],
    "width_bucket": [fitted(_width_bucket, DOUBLE, DOUBLE, DOUBLE, BIGINT)],
    "mod": [_modulus],
    "sqrt": [plain(DOUBLE, [DOUBLE], f"(CASE WHEN {{0}} < 0 THEN {_NAN} ELSE sqrt({{0}}) END)")],
    "power": [fitted(_power, DOUBLE, DOUBLE)],
    "pow": [fitted(_power, DOUBLE, DOUBLE)],
    "ln": [_logarithm("ln")],
    "log2": [plain(DOUBLE, [DOUBLE], f"({_LN} / ln(2))")],
    "log10": [_logarithm("log10")],
    "degrees": [_of_a_double("degrees")],
    "radians": [_of_a_double("radians")],
    "pi": [plain(DOUBLE, [], "pi()")],
    "e": [plain(DOUBLE, [], "CAST(2.718281828459045 AS DOUBLE)")],
    "nan": [plain(DOUBLE, [], _NAN)],
    "infinity": [plain(DOUBLE, [], "CAST('Infinity' AS DOUBLE)")],
    "is_nan": _test("isnan({0})"),
    "is_finite": _test("isfinite({0})"),
    "is_infinite": _test("isinf({0})"),
}
