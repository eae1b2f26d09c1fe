"""CREATE TABLE as it is written, of Hive's and Iceberg's tables."""

from dataclasses import dataclass, field
from typing import Any, Final

from scenarios.targets.embedded.athena.ddl.clauses import (
    Column,
    Named,
    column,
    column_type,
    listed,
    properties,
    table_name,
)
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.hive.formats import FORMATS, TEXT
from scenarios.targets.embedded.athena.sql.errors import not_supported

DELIMITERS: Final = {
    ("FIELDS", "TERMINATED", "BY"): "field.delim",
    ("ESCAPED", "BY"): "escape.delim",
    ("COLLECTION", "ITEMS", "TERMINATED", "BY"): "collection.delim",
    ("MAP", "KEYS", "TERMINATED", "BY"): "mapkey.delim",
    ("LINES", "TERMINATED", "BY"): "line.delim",
    ("NULL", "DEFINED", "AS"): "serialization.null.format",
}


@dataclass
class TableDefinition:
    """What a statement says of a new table.

    Attributes:
        partitioned_by: columns of a Hive table that are its partitions', or names and transforms such as `day(ts)` of
            an Iceberg table's columns.
        storage: parts of Glue's storage descriptor.
    """

    name: Named
    may_exist: bool
    columns: list[Column]
    comment: str | None = None
    partitioned_by: "list[Column | str]" = field(default_factory=list)
    storage: dict[str, Any] = field(default_factory=lambda: TEXT.in_glue)
    location: str | None = None
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def is_iceberg(self) -> bool:
        """Whether it is to be an Iceberg table."""
        return self.properties.get("table_type", "").upper() == "ICEBERG"


def read_definition(cursor: Cursor, database: str) -> TableDefinition:
    """`[IF NOT EXISTS] name (column type, …) clause …`, after CREATE TABLE.

    Raises:
        SqlError: SYNTAX_ERROR; NOT_SUPPORTED, buckets of Hive's.
    """
    may_exist = cursor.accept("IF", "NOT", "EXISTS")
    made = TableDefinition(table_name(cursor, database), may_exist, listed(cursor, column))
    while cursor.next.kind != "end":
        _clause(cursor, made)
    return made


def _clause(cursor: Cursor, made: TableDefinition) -> None:
    if cursor.accept("COMMENT"):
        made.comment = cursor.string()
    elif cursor.accept("PARTITIONED", "BY"):
        made.partitioned_by = listed(cursor, _partition)
    elif cursor.accept("ROW", "FORMAT"):
        made.storage["SerdeInfo"] = _row_format(cursor)
    elif cursor.accept("WITH", "SERDEPROPERTIES"):
        made.storage["SerdeInfo"]["Parameters"].update(properties(cursor))
    elif cursor.accept("STORED", "AS"):
        _stored_as(cursor, made.storage)
    elif cursor.accept("LOCATION"):
        made.location = cursor.string()
    elif cursor.accept("TBLPROPERTIES"):
        made.properties = properties(cursor)
    elif cursor.comes("CLUSTERED"):
        raise not_supported("CLUSTERED BY")
    else:
        raise cursor.wrong("a clause of CREATE TABLE")


def _partition(cursor: Cursor) -> "Column | str":
    """`column type [COMMENT 'text']`, `column`, or `transform([number,] column)`."""
    if cursor.accept("TRUNCATE"):
        return f"truncate({_arguments(cursor)})"
    name = cursor.name()
    if cursor.comes("("):
        return f"{name}({_arguments(cursor)})"
    if cursor.comes(",") or cursor.comes(")"):
        return name
    kind = column_type(cursor)
    return Column(name, kind, cursor.string() if cursor.accept("COMMENT") else None)


def _arguments(cursor: Cursor) -> str:
    return ", ".join(listed(cursor, lambda within: within.take().value.lower()))


def _row_format(cursor: Cursor) -> dict[str, Any]:
    if cursor.accept("SERDE"):
        return {"SerializationLibrary": cursor.string(), "Parameters": {}}
    cursor.expect("DELIMITED")
    said: dict[str, str] = {}
    while found := next((words for words in DELIMITERS if cursor.accept(*words)), None):
        said[DELIMITERS[found]] = cursor.string()
    if "field.delim" in said:
        said["serialization.format"] = said["field.delim"]
    return {"SerializationLibrary": TEXT.serde, "Parameters": said}


def _stored_as(cursor: Cursor, storage: dict[str, Any]) -> None:
    if cursor.accept("INPUTFORMAT"):
        storage["InputFormat"] = cursor.string()
        cursor.expect("OUTPUTFORMAT")
        storage["OutputFormat"] = cursor.string()
        return
    made = FORMATS[cursor.one_of(FORMATS)].in_glue
    if storage["SerdeInfo"] != TEXT.in_glue["SerdeInfo"]:
        made["SerdeInfo"] = storage["SerdeInfo"]
    storage.update(made)
