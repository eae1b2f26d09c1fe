"""DESCRIBE [EXTENDED | FORMATTED] a table, in Hive's columns of twenty characters."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scenarios.targets.embedded.athena.ddl.answers import shown
from scenarios.targets.embedded.athena.ddl.clauses import Column, Named, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.hive.types import to_hive
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.statement import Answer

COLUMNS: Final = ("col_name", "data_type", "comment")
BLANK: Final = ("", "", "")


def describe(cursor: Cursor, context: Context) -> Answer:
    """`[EXTENDED | FORMATTED] [database.]table`."""
    is_long = cursor.accept("FORMATTED") or cursor.accept("EXTENDED")
    name = table_name(cursor, context.database)
    if cursor.next.kind != "end":
        raise not_supported("DESCRIBE of a part of a table")
    found = context.table(name)
    lines = _iceberg(context, name, found) if is_iceberg(found) else _hive(context, name, found)
    described = [*lines, *(_details(context, name, found) if is_long else ())]
    return shown("DESCRIBE_TABLE", COLUMNS, described)


def _hive(context: Context, name: Named, found: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    columns = context.columns(name)
    yield from map(_column, columns)
    keys = {key["Name"] for key in found.get("PartitionKeys", ())}
    if keys:
        yield BLANK
        yield _line("# Partition Information", "", "")
        yield _line("# col_name", "data_type", "comment")
        yield BLANK
        yield from (_column(column) for column in columns if column.name in keys)


def _iceberg(context: Context, name: Named, found: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    table = context.lake.iceberg.load(found)
    yield _line("# Table schema:", "", "")
    yield _line("# col_name", "data_type", "comment")
    yield from map(_column, context.columns(name))
    yield BLANK
    yield _line("# Partition spec:", "", "")
    yield _line("# field_name", "field_transform", "column_name")
    for field in table.spec().fields:
        yield _line(field.name, str(field.transform), table.schema().find_column_name(field.source_id) or "")


def _details(context: Context, name: Named, found: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    stored = found.get("StorageDescriptor", {})
    yield BLANK
    yield _line("# Detailed Table Information", "", "")
    yield _line("Database:", name.database, "")
    yield _line("Location:", stored.get("Location", ""), "")
    yield _line("Table Type:", found.get("TableType", ""), "")
    yield _line("Table Parameters:", "", "")
    yield from (_line("", key, value) for key, value in sorted(context.properties(found).items()))
    serde = stored.get("SerdeInfo", {}).get("SerializationLibrary")
    if serde:
        yield BLANK
        yield _line("# Storage Information", "", "")
        yield _line("SerDe Library:", serde, "")
        yield _line("InputFormat:", stored.get("InputFormat", ""), "")
        yield _line("OutputFormat:", stored.get("OutputFormat", ""), "")


def _column(column: Column) -> tuple[str, str, str]:
    return _line(column.name, to_hive(column.type), column.comment or "")


def _line(*texts: str) -> tuple[str, str, str]:
    first, second, third = (text.ljust(20) for text in texts)
    return first, second, third
