"""Iceberg's types as Trino's, and Trino's as Iceberg's."""

from collections.abc import Callable
from typing import Final

from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FixedType,
    FloatType,
    IcebergType,
    IntegerType,
    ListType,
    LongType,
    MapType,
    NestedField,
    StringType,
    StructType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)

from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import Type

_PAIRS: Final[tuple[tuple[IcebergType, Type], ...]] = (
    (BooleanType(), types.BOOLEAN),
    (IntegerType(), types.INTEGER),
    (LongType(), types.BIGINT),
    (FloatType(), types.REAL),
    (DoubleType(), types.DOUBLE),
    (StringType(), types.VARCHAR),
    (BinaryType(), types.VARBINARY),
    (DateType(), types.DATE),
    (TimeType(), Type("time", (6,))),
    (TimestampType(), types.timestamp(6)),
    (TimestamptzType(), types.zoned(6)),
    (UUIDType(), Type("uuid")),
)
_TO_TRINO: Final = {str(iceberg): trino for iceberg, trino in _PAIRS}
_TO_ICEBERG: Final = {trino: iceberg for iceberg, trino in _PAIRS}
_WIDENED: Final[dict[str, IcebergType]] = {
    "tinyint": IntegerType(),
    "smallint": IntegerType(),
    "varchar": StringType(),
    "char": StringType(),
    "time": TimeType(),
    "timestamp": TimestampType(),
    "timestamp with time zone": TimestamptzType(),
}
"""Kinds that Iceberg has only wider, or without their numbers."""


def from_iceberg(kind: IcebergType) -> Type:
    """What Trino calls it.

    Raises:
        SqlError: NOT_SUPPORTED, for types that came with format version 3.
    """
    match kind:
        case DecimalType(precision=precision, scale=scale):
            return types.decimal(precision, scale)
        case FixedType():
            return types.VARBINARY
        case ListType(element_type=element):
            return types.array(from_iceberg(element))
        case MapType(key_type=key, value_type=value):
            return types.mapping(from_iceberg(key), from_iceberg(value))
        case StructType(fields=fields):
            return types.row([from_iceberg(field.field_type) for field in fields], [field.name for field in fields])
    if str(kind) not in _TO_TRINO:
        raise not_supported(f"a column of Iceberg's type {kind}")
    return _TO_TRINO[str(kind)]


def to_iceberg(kind: Type, next_id: Callable[[], int]) -> IcebergType:
    """The Iceberg type that holds all values of `kind`.

    Args:
        next_id: gives each part of a nested type the number that it keeps for ever.

    Raises:
        SqlError: NOT_SUPPORTED, there is none.
    """
    if kind.kind == "decimal":
        return DecimalType(*kind.numbers)
    if kind.kind == "array":
        return ListType(next_id(), to_iceberg(kind.of[0], next_id), element_required=False)
    if kind.kind == "map":
        return MapType(
            next_id(), to_iceberg(kind.of[0], next_id), next_id(), to_iceberg(kind.of[1], next_id), value_required=False
        )
    if kind.kind == "row":
        return StructType(*(_field(name, part, next_id) for name, part in zip(kind.names, kind.of, strict=True)))
    held = _TO_ICEBERG.get(kind) or _WIDENED.get(kind.kind)
    if held is None:
        raise not_supported(f"an Iceberg column of type {kind}")
    return held


def _field(name: str | None, kind: Type, next_id: Callable[[], int]) -> NestedField:
    if name is None:
        raise not_supported("an Iceberg column of a row whose fields have no names")
    return NestedField(next_id(), name, to_iceberg(kind, next_id), required=False)
