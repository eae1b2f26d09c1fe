"""What Athena says of a result's columns: `ColumnInfo`, and the same in the metadata file."""

from collections.abc import Mapping
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.types import INTEGERS, Type
from scenarios.targets.embedded.athena.statement import Columns

UNBOUNDED: Final = 2**31 - 1
_NAMES: Final[Mapping[str, str]] = {"real": "float"}
"""Where Athena's name of a type is not Trino's."""

_PRECISION: Final[Mapping[str, int]] = {
    **INTEGERS,
    "real": 17,
    "double": 17,
    "varchar": UNBOUNDED,
    "varbinary": 2**30,
    "time": 3,
    "timestamp": 3,
    "timestamp with time zone": 3,
}
_CASED: Final = ("varchar", "char")


def column_info(columns: Columns) -> list[dict[str, Any]]:
    """Each column's name, label, type and so on, as GetQueryResults gives them."""
    return [_info(name, kind) for name, kind in columns]


def _info(name: str, kind: Type) -> dict[str, Any]:
    precision, scale = _PRECISION.get(kind.kind, 0), 0
    if kind.kind == "decimal":
        precision, scale = kind.numbers
    elif kind.kind in _CASED and kind.numbers:
        precision = kind.numbers[0]
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": _NAMES.get(kind.kind, kind.kind),
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind.kind in _CASED,
    }
