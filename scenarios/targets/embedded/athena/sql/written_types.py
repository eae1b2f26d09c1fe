"""Types as a statement names them."""

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    JSON,
    MOST_DIGITS,
    REAL,
    VARBINARY,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    char,
    mapping,
    row,
    varchar,
)

_PLAIN: Final = {
    exp.DType.BOOLEAN: BOOLEAN,
    exp.DType.TINYINT: Type("tinyint"),
    exp.DType.SMALLINT: Type("smallint"),
    exp.DType.INT: INTEGER,
    exp.DType.BIGINT: BIGINT,
    exp.DType.FLOAT: REAL,
    exp.DType.DOUBLE: DOUBLE,
    exp.DType.DATE: DATE,
    exp.DType.JSON: JSON,
    exp.DType.VARBINARY: VARBINARY,
    exp.DType.UUID: Type("uuid"),
}
_OF_SECONDS: Final = {
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamp with time zone",
    exp.DType.TIME: "time",
}
_INTERVALS: Final = {("DAY", "SECOND"): DAY_TO_SECOND, ("YEAR", "MONTH"): YEAR_TO_MONTH}
_DIGITS: Final = 3
"""Of a second, where none are written."""


def written_type(written: exp.DataType) -> Type:
    """The type that is meant.

    Raises:
        SqlError: it is not known here.
    """
    if isinstance(written.this, exp.Interval):
        return _interval(written.this)
    if written.this in _PLAIN:
        return _PLAIN[written.this]
    if written.this in _OF_SECONDS:
        return Type(_OF_SECONDS[written.this], tuple(_numbers(written)) or (_DIGITS,))
    if written.this not in _WITH_PARAMETERS:
        raise not_supported(f"type {written.sql('trino')}")
    return _WITH_PARAMETERS[written.this](written)


def _numbers(written: exp.DataType) -> list[int]:
    return [int(part.this.this) for part in written.expressions if isinstance(part, exp.DataTypeParam)]


def _decimal(written: exp.DataType) -> Type:
    precision, scale = [*_numbers(written), *[MOST_DIGITS, 0][len(_numbers(written)) :]]
    if not 1 <= precision <= MOST_DIGITS:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", f"DECIMAL precision must be in range [1, 38]: {precision}")
    if scale > precision:
        raise SqlError(
            "INVALID_FUNCTION_ARGUMENT", f"DECIMAL scale must be in range [0, precision ({precision})]: {scale}"
        )
    return Type("decimal", (precision, scale))


def _varchar(written: exp.DataType) -> Type:
    numbers = _numbers(written)
    return varchar(*numbers) if numbers else VARCHAR


def _row(written: exp.DataType) -> Type:
    fields = [
        (_field_name(part.this), part.args["kind"]) if isinstance(part, exp.ColumnDef) else (None, part)
        for part in _parts(written)
    ]
    return row([written_type(kind) for _, kind in fields], [name for name, _ in fields])


def _field_name(written: exp.Identifier) -> str:
    return written.name if written.args.get("quoted") else written.name.lower()


def _parts(written: exp.DataType) -> list[Any]:
    return list(written.expressions)


def _interval(written: exp.Interval) -> Type:
    unit = written.args["unit"]
    span = (unit.this.name.upper(), unit.expression.name.upper()) if isinstance(unit, exp.IntervalSpan) else ()
    if span not in _INTERVALS:
        raise not_supported(f"type {written.sql('trino')}")
    return _INTERVALS[span]


_WITH_PARAMETERS: Final[dict[Any, Callable[[exp.DataType], Type]]] = {
    exp.DType.DECIMAL: _decimal,
    exp.DType.VARCHAR: _varchar,
    exp.DType.TEXT: _varchar,
    exp.DType.CHAR: lambda written: char(*(_numbers(written) or [1])),
    exp.DType.ARRAY: lambda written: array(*map(written_type, _parts(written))),
    exp.DType.MAP: lambda written: mapping(*map(written_type, _parts(written))),
    exp.DType.STRUCT: _row,
}
