"""OPTIMIZE … REWRITE DATA USING BIN_PACK: small files of a partition become few, in one snapshot."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyiceberg.expressions import AlwaysFalse, AlwaysTrue, BooleanExpression, In
from pyiceberg.expressions.parser import parse
from pyparsing import ParseBaseException

from reference.lake.upkeep import SUMMARY
from scenarios.targets.embedded.athena.ddl.clauses import table_name
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.ddl.tokens import Cursor
from scenarios.targets.embedded.athena.lake.conditions.conditions import columns_of
from scenarios.targets.embedded.athena.lake.iceberg.commits import Change, commit
from scenarios.targets.embedded.athena.lake.iceberg.partitioned_writer import TARGET, TARGET_BYTES, write_data_files
from scenarios.targets.embedded.athena.lake.iceberg.table import IcebergTable
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.statement import Answer

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import FileScanTask

SMALL, LARGE, FILES, DELETES = 0.75, 1.8, 5, 2
"""Athena's own limits: sizes as shares of the target, and how many make it worth while."""

_TYPED: Final = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\b(?:date|timestamp)\s+(?=')""", re.IGNORECASE)
"""What stands before a text that is a day or a time, which pyiceberg tells by the column; and quotes, to be left."""


def optimize(cursor: Cursor, context: Context) -> Answer:
    """`table REWRITE DATA USING BIN_PACK [WHERE condition]`."""
    name = table_name(cursor, context.database)
    cursor.expect("REWRITE", "DATA", "USING", "BIN_PACK")
    written = cursor.rest() if cursor.accept("WHERE") else None
    cursor.end()
    context.table(name)
    table = context.lake.tables(context.usage).find(name.database, name.table)
    if not isinstance(table, IcebergTable):
        raise SqlError("NOT_SUPPORTED", f"OPTIMIZE is for Iceberg tables, and {name} is none")
    _rewrite(context, table, AlwaysTrue() if written is None else _condition(table, written))
    return Answer("DML", "OPTIMIZE", [], iter(()))


def _condition(table: IcebergTable, written: str) -> BooleanExpression:
    try:
        where = parse(_TYPED.sub(lambda found: found[1] or "", written))
    except (ParseBaseException, ValueError) as error:
        said = f"a condition of OPTIMIZE that does not compare columns with values: {written}"
        raise not_supported(said) from error
    schema = table.table.schema()
    keys = {schema.find_column_name(field.source_id) for field in table.table.spec().fields}
    if other := columns_of(where) - {key.lower() for key in keys if key}:
        said = f"a condition of OPTIMIZE is on partitions alone, and {', '.join(other)} is none of them"
        raise SqlError("NOT_SUPPORTED", said)
    return where


def _rewrite(context: Context, table: IcebergTable, where: BooleanExpression) -> None:
    lake, metadata = context.lake, table.table.metadata
    began_s = lake.changes.clock_s()
    columns = [name for name, _ in table.columns]
    removed: list[DataFile] = []
    added: list[DataFile] = []
    for tasks in _groups(table.files(where), metadata.properties):
        # pyiceberg's predicates take other arguments than their types say.
        paths = In("$path", [task.file.file_path for task in tasks])  # type: ignore[call-arg,arg-type]
        rows = pa.RecordBatchReader.from_stream(table.scan(columns, paths))
        added += write_data_files(lake.reading.store, metadata, rows)
        removed += [task.file for task in tasks]
    if not removed:
        return
    change = Change(
        metadata=metadata,
        added=added,
        began_s=began_s,
        removed=removed,
        base=table.snapshot,
        # New rows are in nobody's way, but rows of these files that are deleted meanwhile would come back.
        where=AlwaysFalse(),
        summary=SUMMARY,
    )
    commit(lambda: lake.iceberg.load(lake.glue.table(*table.table.name())), change, lake.changes.clock_s)


def _groups(tasks: "list[FileScanTask]", properties: Mapping[str, str]) -> "list[list[FileScanTask]]":
    """Files of one partition each that are worth to be put together."""
    target = int(properties.get(TARGET, TARGET_BYTES))
    small = int(properties.get("optimize_rewrite_min_data_file_size_bytes", SMALL * target))
    large = int(properties.get("optimize_rewrite_max_data_file_size_bytes", LARGE * target))
    files = int(properties.get("optimize_rewrite_data_file_threshold", FILES))
    deletes = int(properties.get("optimize_rewrite_delete_file_threshold", DELETES))
    groups: dict[tuple[object, ...], list[FileScanTask]] = {}
    for task in tasks:
        if not small <= task.file.file_size_in_bytes <= large or len(task.delete_files) >= deletes:
            groups.setdefault((task.file.spec_id, task.file.partition), []).append(task)
    return [
        group
        for group in groups.values()
        if len(group) >= files or any(len(task.delete_files) >= deletes for task in group)
    ]
