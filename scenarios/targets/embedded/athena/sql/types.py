"""Trino's types: their names, which of two a value of both has, and which DuckDB type holds their values.

Coercions as in io.trino.type.TypeCoercion of Trino 435.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scenarios.targets.embedded.athena.sql.errors import not_supported

MOST_DIGITS: Final = 38
MOST_SHORT: Final = 18
"""Digits of a decimal that is held as a bigint."""
MOST_OF_SECONDS: Final = 6
"""Digits of a second; Trino has 12, Athena's tables 6."""

MOST_OF_CHAR: Final = 65536
"""Characters that a char may have."""


@dataclass(frozen=True)
class Type:
    """A type.

    Attributes:
        kind: its name without parameters, such as `decimal` or `timestamp with time zone`.
        numbers: precision and scale of a decimal, length of a bounded varchar or char, digits of a second.
        of: the types it is made of: of an array's elements; of a map's keys and values; of a row's fields.
        names: those of a row's fields, None for one without.
    """

    kind: str
    numbers: tuple[int, ...] = ()
    of: tuple["Type", ...] = ()
    names: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        """As Trino displays it."""
        if self.kind == "row":
            fields = zip(self.names, self.of, strict=True)
            return f"row({', '.join(f'{name} {kind}' if name else str(kind) for name, kind in fields)})"
        if self.of:
            return f"{self.kind}({', '.join(map(str, self.of))})"
        if not self.numbers:
            return self.kind
        word, _, rest = self.kind.partition(" ")
        return f"{word}({','.join(map(str, self.numbers))}){' ' if rest else ''}{rest}"

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number's."""
        return self.kind in INTEGERS

    @property
    def least(self) -> int:
        """The least value of a whole number's type; the largest is one less without the sign."""
        return -(1 << ((1 << list(INTEGERS).index(self.kind)) * 8 - 1))

    @property
    def is_float(self) -> bool:
        """Whether it is one of IEEE 754's."""
        return self.kind in ("real", "double")

    @property
    def is_numeric(self) -> bool:
        """Whether it is a number's."""
        return self.is_integer or self.is_float or self.kind == "decimal"

    @property
    def duckdb(self) -> str:
        """The DuckDB type that holds it.

        A time with its zone is a struct of the time at UTC and the zone's name. An interval is a whole number, of
        milliseconds or of months. A row's fields are f0, f1 and so on; JSON is its text, a char its text without the
        spaces at the end.

        Raises:
            SqlError: none does.
        """
        if self.kind == "decimal":
            return f"DECIMAL({self.numbers[0]}, {self.numbers[1]})"
        if self.kind == "array":
            return f"{self.of[0].duckdb}[]"
        if self.kind == "map":
            return f"MAP({self.of[0].duckdb}, {self.of[1].duckdb})"
        if self.kind == "row":
            return f"STRUCT({', '.join(f'f{place} {kind.duckdb}' for place, kind in enumerate(self.of))})"
        if self.kind not in _HELD_BY or (self.kind in _OF_SECONDS and self.numbers[0] > MOST_OF_SECONDS):
            raise not_supported(f"a value of type {self}")
        return _HELD_BY[self.kind]


INTEGERS: Final[Mapping[str, int]] = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
"""Whole numbers, the smaller ones first, and the digits of the decimal that holds all of each."""

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
    "char": "VARCHAR",
    "varbinary": "BLOB",
    "json": "VARCHAR",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "STRUCT(utc TIMESTAMP, zone VARCHAR)",
    "interval day to second": "BIGINT",
    "interval year to month": "INTEGER",
    "uuid": "VARCHAR",
}

_OF_SECONDS: Final = ("time", "timestamp", "timestamp with time zone")

_COERCED_TO: Final[Mapping[str, tuple[str, ...]]] = {
    "varchar": ("char",),
    "char": (),
    "date": ("timestamp", "timestamp with time zone"),
    "time": (),
    "timestamp": ("timestamp with time zone",),
    "timestamp with time zone": (),
}
"""Kinds with numbers or of time, and the wider ones."""

UNKNOWN: Final = Type("unknown")
BOOLEAN: Final = Type("boolean")
INTEGER: Final = Type("integer")
BIGINT: Final = Type("bigint")
REAL: Final = Type("real")
DOUBLE: Final = Type("double")
VARCHAR: Final = Type("varchar")
VARBINARY: Final = Type("varbinary")
JSON: Final = Type("json")
DATE: Final = Type("date")
DAY_TO_SECOND: Final = Type("interval day to second")
YEAR_TO_MONTH: Final = Type("interval year to month")


def decimal(precision: int, scale: int) -> Type:
    """A decimal; a precision beyond 38 becomes 38, as results of arithmetic do."""
    return Type("decimal", (min(precision, MOST_DIGITS), scale))


def varchar(length: int) -> Type:
    """A varchar of a length."""
    return Type("varchar", (length,))


def char(length: int) -> Type:
    """A char of a length."""
    return Type("char", (length,))


def timestamp(digits: int) -> Type:
    """A timestamp of that many digits of a second."""
    return Type("timestamp", (digits,))


def zoned(digits: int) -> Type:
    """A timestamp with its time zone."""
    return Type("timestamp with time zone", (digits,))


def array(element: Type) -> Type:
    """An array of elements of a type."""
    return Type("array", of=(element,))


def mapping(key: Type, value: Type) -> Type:
    """A map."""
    return Type("map", of=(key, value))


def row(types: Sequence[Type], names: Sequence[str | None] = ()) -> Type:
    """A row; without names for its fields they have none."""
    return Type("row", of=tuple(types), names=tuple(names) or (None,) * len(types))


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
    if left.kind == right.kind and left.of:
        return _common_of_parts(left, right)
    if left.kind == right.kind and left.kind in _COERCED_TO:
        # An unbounded varchar has no number.
        return Type(left.kind, max(left.numbers, right.numbers) if left.numbers and right.numbers else ())
    return _wider(left, right) or _wider(right, left)


def _common_of_parts(left: Type, right: Type) -> Type | None:
    """Of two arrays, maps or rows; a row's field keeps its name if both have it."""
    if len(left.of) != len(right.of):
        return None
    parts = [common(a, b) for a, b in zip(left.of, right.of, strict=True)]
    found = tuple(part for part in parts if part is not None)
    names = tuple(a if a == b else None for a, b in zip(left.names, right.names, strict=True))
    return Type(left.kind, of=found, names=names) if len(found) == len(left.of) else None


def _wider(left: Type, right: Type) -> Type | None:
    """The type of both where a value of `left` is one of a wider kind."""
    if right.kind not in _COERCED_TO.get(left.kind, ()):
        return None
    if right.kind == "char":
        return char(max(left.numbers[0] if left.numbers else MOST_OF_CHAR, right.numbers[0]))
    if left.kind in _OF_SECONDS:
        return Type(right.kind, max(left.numbers, right.numbers))
    return right


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
