"""Trino's types: their names, which of two a value of both has, and which DuckDB type holds their values.

Coercions as in io.trino.type.TypeCoercion of Trino 435.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scenarios.targets.embedded.athena.sql.errors import not_supported

MOST_DIGITS: Final = 38


@dataclass(frozen=True)
class Type:
    """A type.

    Attributes:
        kind: its name without parameters, such as `decimal`.
        numbers: precision and scale of a decimal, length of a bounded varchar.
    """

    kind: str
    numbers: tuple[int, ...] = ()

    def __str__(self) -> str:
        """As Trino displays it."""
        return f"{self.kind}({','.join(map(str, self.numbers))})" if self.numbers else self.kind

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number's."""
        return self.kind in INTEGERS

    @property
    def is_numeric(self) -> bool:
        """Whether it is a number's."""
        return self.is_integer or self.kind in ("decimal", "real", "double")

    @property
    def duckdb(self) -> str:
        """The DuckDB type that holds it.

        Raises:
            SqlError: none does.
        """
        if self.kind == "decimal":
            return f"DECIMAL({self.numbers[0]}, {self.numbers[1]})"
        if self.kind not in _HELD_BY:
            raise not_supported(f"a value of type {self}")
        return _HELD_BY[self.kind]


INTEGERS: Final[Mapping[str, int]] = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
"""Whole numbers, the smaller ones first, and the digits of the decimal that holds all of each."""

LEAST: Final[Mapping[str, int]] = {kind: -(2 ** (2**power * 8 - 1)) for power, kind in enumerate(INTEGERS)}
"""The least value of each; the largest is one less without the sign."""

_HELD_BY: Final = {
    "unknown": "INTEGER",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "REAL",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
}

UNKNOWN: Final = Type("unknown")
BOOLEAN: Final = Type("boolean")
INTEGER: Final = Type("integer")
BIGINT: Final = Type("bigint")
REAL: Final = Type("real")
DOUBLE: Final = Type("double")
VARCHAR: Final = Type("varchar")


def decimal(precision: int, scale: int) -> Type:
    """A decimal; a precision beyond 38 becomes 38, as results of arithmetic do."""
    return Type("decimal", (min(precision, MOST_DIGITS), scale))


def varchar(length: int) -> Type:
    """A varchar of a length."""
    return Type("varchar", (length,))


def as_decimal(kind: Type) -> Type:
    """The decimal that holds all values of a whole number's type, or the decimal itself."""
    return kind if kind.kind == "decimal" else decimal(INTEGERS[kind.kind], 0)


def common(left: Type, right: Type) -> Type | None:
    """The type that both can become without being asked to; None if there is none."""
    if right in (left, UNKNOWN):
        return left
    if left == UNKNOWN:
        return right
    if left.is_numeric and right.is_numeric:
        return _common_number(left, right)
    if left.kind == right.kind == "varchar":
        bounded = left.numbers and right.numbers
        return varchar(max(left.numbers[0], right.numbers[0])) if bounded else VARCHAR
    return None


def _common_number(left: Type, right: Type) -> Type:
    for kind in (DOUBLE, REAL):
        if kind in (left, right):
            return kind
    if left.is_integer and right.is_integer:
        order = list(INTEGERS)
        return max(left, right, key=lambda kind: order.index(kind.kind))
    (p1, s1), (p2, s2) = as_decimal(left).numbers, as_decimal(right).numbers
    scale = max(s1, s2)
    return decimal(max(p1 - s1, p2 - s2) + scale, scale)
