"""Functions of the bits of a whole number."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, fail, let, unless_null
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, fitted, fitting, plain
from scenarios.targets.embedded.athena.sql.types import BIGINT, INTEGER


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

        def made(number: str, shift: str) -> str:
            value = f"CAST({number} AS HUGEINT)"
            unsigned = f"(CASE WHEN {value} < 0 THEN {value} + {2**bits}::HUGEINT ELSE {value} END)"
            moved = template.format(value=value, unsigned=unsigned, shift=_by(shift))
            # As many bits as there are, of which the first is the sign.
            cut = f"(((({moved}) % {2**bits}::HUGEINT) + {2**bits}::HUGEINT) % {2**bits}::HUGEINT)"
            signed = f"(CASE WHEN {cut} >= {2 ** (bits - 1)}::HUGEINT THEN {cut} - {2**bits}::HUGEINT ELSE {cut} END)"
            return unless_null(f"CASE WHEN {shift} < {bits} THEN {signed} ELSE 0 END", number, shift)

        return Bound(kind, f"CAST({let([arguments[0], *shifts], made)} AS {kind.duckdb})")

    return call


def _shifted_arithmetic(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type not in (INTEGER, BIGINT):
        return None
    shifts = fitting(arguments[1:], [BIGINT])
    if shifts is None:
        return None

    def made(value: str, shift: str) -> str:
        by, size = _by(f"least({shift}, 63)"), f"(-({value}::HUGEINT))"
        # Towards less, where // goes towards 0.
        below = f"-(({size} + {by} - 1) // {by})"
        return unless_null(f"CASE WHEN {value} >= 0 THEN {value} // {by} ELSE {below} END", value, shift)

    kind = arguments[0].type
    return Bound(kind, f"CAST({let([arguments[0], *shifts], made)} AS {kind.duckdb})")


def _by(shift: str) -> str:
    """What a number is multiplied or divided by; Java takes the lowest six bits of a shift."""
    return f"CAST(pow(2, (({shift}) % 64 + 64) % 64) AS HUGEINT)"


def _bit_count(values: list[Bound]) -> Bound:
    unknown = fail("INVALID_FUNCTION_ARGUMENT", "Bits specified in bit_count must be between 2 and 64")
    large = fail("INVALID_FUNCTION_ARGUMENT", "Number must be representable with the bits specified")

    def made(value: str, bits: str) -> str:
        most = f"pow(2, {bits} - 1)"
        mask = f"(CASE WHEN {bits} = 64 THEN -1 ELSE (1::BIGINT << CAST({bits} AS INTEGER)) - 1 END)"
        counted = (
            f"CASE WHEN {bits} NOT BETWEEN 2 AND 64 THEN {unknown} "
            f"WHEN {bits} < 64 AND ({value} < -{most} OR {value} >= {most}) THEN {large} "
            f"ELSE CAST(bit_count({value} & {mask}) AS BIGINT) END"
        )
        return unless_null(counted, value, bits)

    return Bound(BIGINT, let(values, made))


BITS: Final[Functions] = {
    "bitwise_right_shift_arithmetic": [_shifted_arithmetic],
    "bitwise_left_shift": [_shifted("{value} * {shift}")],
    "bitwise_right_shift": [_shifted("{unsigned} // {shift}")],
    "bit_count": [fitted(_bit_count, BIGINT, BIGINT)],
    "bitwise_and": [_binary("&")],
    "bitwise_or": [_binary("|")],
    "bitwise_xor": [plain(BIGINT, [BIGINT, BIGINT], "xor({0}, {1})")],
    "bitwise_not": [plain(BIGINT, [BIGINT], "(~{0})")],
}
