"""SHOW CREATE TABLE and VIEW: the statement that would make it anew, a line a row."""

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.answers import shown
from scenarios.targets.embedded.athena.ddl.clauses import Column, Named, table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.hive.types import to_hive
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.lake.views import is_view, load_view
from scenarios.targets.embedded.athena.statement import Answer

_OF_ICEBERGS_OWN = ("metadata_location", "previous_metadata_location", "table_type")


def show_create_table(cursor: Cursor, context: Context) -> Answer:
    """`[database.]table`."""
    name = table_name(cursor, context.database)
    cursor.end()
    found = context.table(name)
    lines = _iceberg(context, name, found) if is_iceberg(found) else _hive(context, name, found)
    return shown("SHOW_CREATE_TABLE", ["createtab_stmt"], [[line] for line in lines])


def show_create_view(cursor: Cursor, context: Context) -> Answer:
    """`[database.]view`."""
    name = table_name(cursor, context.database)
    cursor.end()
    found = context.table(name)
    if not is_view(found):
        raise refusals.no_view(name)
    lines = f"CREATE VIEW {name.database}.{name.table} AS\n{load_view(found).sql}".splitlines()
    return shown("SHOW_CREATE_VIEW", ["Create View"], [[line] for line in lines])


def _hive(context: Context, name: Named, found: Mapping[str, Any]) -> Iterator[str]:
    keys = {key["Name"] for key in found.get("PartitionKeys", ())}
    columns = context.columns(name)
    yield f"CREATE EXTERNAL TABLE `{name.table}`("
    yield from _columns([column for column in columns if column.name not in keys])
    if keys:
        yield "PARTITIONED BY ( "
        yield from _columns([column for column in columns if column.name in keys])
    stored = found["StorageDescriptor"]
    serde = stored.get("SerdeInfo", {})
    yield "ROW FORMAT SERDE "
    yield f"  {_text(serde.get('SerializationLibrary', ''))} "
    if serde.get("Parameters"):
        yield "WITH SERDEPROPERTIES ( "
        yield from _properties(serde["Parameters"])
    yield "STORED AS INPUTFORMAT "
    yield f"  {_text(stored.get('InputFormat', ''))} "
    yield "OUTPUTFORMAT "
    yield f"  {_text(stored.get('OutputFormat', ''))}"
    yield "LOCATION"
    yield f"  {_text(stored.get('Location', ''))}"
    yield "TBLPROPERTIES ("
    yield from _properties({key: value for key, value in context.properties(found).items() if key != "EXTERNAL"})


def _iceberg(context: Context, name: Named, found: Mapping[str, Any]) -> Iterator[str]:
    table = context.lake.iceberg.load(found)
    yield f"CREATE TABLE {name} ("
    yield from _columns(context.columns(name), quote="")
    if fields := table.spec().fields:
        written = (
            _transform(str(field.transform), table.schema().find_column_name(field.source_id)) for field in fields
        )
        yield f"PARTITIONED BY ({', '.join(written)})"
    yield f"LOCATION {_text(table.location())}"
    yield "TBLPROPERTIES ("
    own = {key: value for key, value in table.properties.items() if key not in _OF_ICEBERGS_OWN}
    yield from _properties({"table_type": "iceberg", **own})


def _columns(columns: list[Column], quote: str = "`") -> Iterator[str]:
    for place, column in enumerate(columns):
        comment = f" COMMENT {_text(column.comment)}" if column.comment else ""
        end = ")" if place == len(columns) - 1 else ","
        yield f"  {quote}{column.name}{quote} {to_hive(column.type)}{comment}{end}"


def _properties(said: Mapping[str, str]) -> Iterator[str]:
    for place, (key, value) in enumerate(said.items()):
        yield f"  {_text(key)}={_text(value)}{')' if place == len(said) - 1 else ','} "


def _transform(transform: str, column: str | None) -> str:
    if transform == "identity":
        return f"`{column}`"
    word, _, number = transform.removesuffix("]").partition("[")
    return f"{word}({number}, `{column}`)" if number else f"{word}(`{column}`)"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
