"""Types as a statement names them."""

from typing import Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, REAL, VARCHAR, Type, varchar

_PLAIN: Final = {
    exp.DataType.Type.BOOLEAN: BOOLEAN,
    exp.DataType.Type.TINYINT: Type("tinyint"),
    exp.DataType.Type.SMALLINT: Type("smallint"),
    exp.DataType.Type.INT: INTEGER,
    exp.DataType.Type.BIGINT: BIGINT,
    exp.DataType.Type.FLOAT: REAL,
    exp.DataType.Type.DOUBLE: DOUBLE,
}
_DECIMAL: Final = (38, 0)
"""A decimal without numbers."""


def written_type(written: exp.DataType) -> Type:
    """The type that is meant.

    Raises:
        SqlError: it is not known here.
    """
    numbers = tuple(int(parameter.this.this) for parameter in written.expressions if parameter.this.is_int)
    if written.this in _PLAIN:
        return _PLAIN[written.this]
    if written.this == exp.DataType.Type.DECIMAL:
        return Type("decimal", (*numbers, *_DECIMAL[len(numbers) :]))
    if written.this in (exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT):
        return varchar(*numbers) if numbers else VARCHAR
    raise not_supported(f"type {written.sql('trino')}")
