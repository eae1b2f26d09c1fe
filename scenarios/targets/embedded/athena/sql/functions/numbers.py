"""Functions of numbers."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.arithmetic import calculated, negated
from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, plain
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, DOUBLE, REAL, decimal

_NAN: Final = "CAST('NaN' AS DOUBLE)"
_MINUS_INFINITY: Final = "CAST('-Infinity' AS DOUBLE)"
# DuckDB fails where IEEE 754, and Java, have a value.
_LOGARITHM: Final = "(CASE WHEN {{0}} = 0 THEN {} WHEN {{0}} < 0 THEN {} ELSE {}({{0}}) END)"


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
        return Bound(
            kind, f"CAST(CASE WHEN isnan({value.sql}) THEN {_NAN} ELSE sign({value.sql}) END AS {kind.duckdb})"
        )
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
        return Bound(kind, f"CAST({name}({value.sql}) AS {kind.duckdb})")

    return call


def _modulus(arguments: Sequence[Bound]) -> Bound | None:
    numeric = len(arguments) == 2 and all(value.type.is_numeric for value in arguments)
    return calculated("%", arguments[0], arguments[1]) if numeric else None


def _binary(operator: str) -> Overload:
    return plain(BIGINT, [BIGINT, BIGINT], f"({{0}} {operator} {{1}})")


def _of_a_double(name: str) -> Overload:
    return plain(DOUBLE, [DOUBLE], f"{name}({{0}})")


def _test(template: str) -> list[Overload]:
    return [plain(BOOLEAN, [REAL], template), plain(BOOLEAN, [DOUBLE], template)]


_POWER: Final = plain(
    DOUBLE,
    [DOUBLE, DOUBLE],
    f"(CASE WHEN {{0}} < 0 AND {{1}} <> floor({{1}}) THEN {_NAN} ELSE pow({{0}}, {{1}}) END)",
)

NUMBERS: Final[Functions] = {
    "abs": [_abs],
    "sign": [_sign],
    "ceil": [_whole("ceil")],
    "ceiling": [_whole("ceil")],
    "floor": [_whole("floor")],
    "round": [_whole("round")],
    "mod": [_modulus],
    "sqrt": [plain(DOUBLE, [DOUBLE], f"(CASE WHEN {{0}} < 0 THEN {_NAN} ELSE sqrt({{0}}) END)")],
    "power": [_POWER],
    "pow": [_POWER],
    "ln": [_logarithm("ln")],
    "log2": [_logarithm("log2")],
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
    "bitwise_and": [_binary("&")],
    "bitwise_or": [_binary("|")],
    "bitwise_xor": [plain(BIGINT, [BIGINT, BIGINT], "xor({0}, {1})")],
    "bitwise_not": [plain(BIGINT, [BIGINT], "(~{0})")],
}
