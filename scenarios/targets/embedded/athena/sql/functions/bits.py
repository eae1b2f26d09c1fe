"""Functions of the bits of a whole number."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, fitting, plain
from scenarios.targets.embedded.athena.sql.types import BIGINT, INTEGER

_MASK: Final = "(CASE WHEN {1} = 64 THEN -1 ELSE (1::BIGINT << CAST({1} AS INTEGER)) - 1 END)"


def _binary(operator: str) -> Overload:
    return plain(BIGINT, [BIGINT, BIGINT], f"({{0}} {operator} {{1}})")


def _shifted(template: str) -> Overload:
    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 2 or arguments[0].type not in (INTEGER, BIGINT):
            return None
        shifts = fitting(arguments[1:], [BIGINT])
        if shifts is None:
            return None
        kind, bits = arguments[0].type, 32 if arguments[0].type == INTEGER else 64
        value = f"CAST({arguments[0].sql} AS HUGEINT)"
        unsigned = f"(CASE WHEN {value} < 0 THEN {value} + {2**bits}::HUGEINT ELSE {value} END)"
        made = template.format(value=value, unsigned=unsigned, shift=f"pow(2, {shifts[0].sql})::HUGEINT")
        cut = f"(({made}) % {2**bits}::HUGEINT)"
        signed = f"(CASE WHEN {cut} >= {2 ** (bits - 1)}::HUGEINT THEN {cut} - {2**bits}::HUGEINT ELSE {cut} END)"
        inside = f"{shifts[0].sql} BETWEEN 0 AND {bits - 1}"
        return Bound(kind, f"CAST(CASE WHEN {inside} THEN {signed} ELSE 0 END AS {kind.duckdb})")

    return call


def _shifted_arithmetic(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type not in (INTEGER, BIGINT):
        return None
    shifts = fitting(arguments[1:], [BIGINT])
    if shifts is None:
        return None
    value, kind = arguments[0].sql, arguments[0].type
    shift = f"least({shifts[0].sql}, 63)"
    by, size = f"pow(2, {shift})::HUGEINT", f"(-({value}::HUGEINT))"
    # Towards less, where // goes towards 0.
    below = f"-(({size} + {by} - 1) // {by})"
    return Bound(kind, f"CAST(CASE WHEN {value} >= 0 THEN {value} // {by} ELSE {below} END AS {kind.duckdb})")


BITS: Final[Functions] = {
    "bitwise_right_shift_arithmetic": [_shifted_arithmetic],
    "bitwise_left_shift": [_shifted("{value} * {shift}")],
    "bitwise_right_shift": [_shifted("{unsigned} // {shift}")],
    "bit_count": [
        plain(
            BIGINT,
            [BIGINT, BIGINT],
            f"CAST(bit_count({{0}} & {_MASK}) AS BIGINT)",
        )
    ],
    "bitwise_and": [_binary("&")],
    "bitwise_or": [_binary("|")],
    "bitwise_xor": [plain(BIGINT, [BIGINT, BIGINT], "xor({0}, {1})")],
    "bitwise_not": [plain(BIGINT, [BIGINT], "(~{0})")],
}
