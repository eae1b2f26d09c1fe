"""A table as DuckDB scans it: the columns and the conditions that its optimizer leaves to the table are the table's.

Through the protocol of `duckdb._sources`, which is DuckDB's own way to read a pyarrow Dataset.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
from duckdb._sources import nodes
from duckdb._sources.arrow import ArrowScanSource
from duckdb._sources.to_arrow import nan_may_satisfy, to_arrow
from pyiceberg import expressions as iceberg

from scenarios.targets.embedded.athena.sql.arrow_types import arrow_type
from scenarios.targets.embedded.athena.sql.tables import Table
from scenarios.targets.embedded.athena.sql.types import Type

# Their parameters are hidden from mypy behind those of pydantic's models.
_In: Any = iceberg.In
_Null: Any = iceberg.IsNull
_NotNull: Any = iceberg.NotNull
_COMPARED: Final = {
    "=": iceberg.EqualTo,
    "!=": iceberg.NotEqualTo,
    "<": iceberg.LessThan,
    "<=": iceberg.LessThanOrEqual,
    ">": iceberg.GreaterThan,
    ">=": iceberg.GreaterThanOrEqual,
}
_ROW: Final = "keystone_row"
"""The first of a scan's columns, which DuckDB asks for where it needs no more than rows; there is nothing in it."""


class TableSource(ArrowScanSource):
    """One scan of a table."""

    schema_is_stable = True

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.table = table
        self.asked: list[iceberg.BooleanExpression] = []
        """What its rows had to meet, of each time that they were asked for."""
        self._columns = [*table.columns, *table.hidden]
        self._schema = pa.schema([(_ROW, pa.null()), *((name, arrow_type(kind)) for name, kind in self._columns)])

    def __arrow_c_schema__(self) -> object:
        """The columns, those that are hidden behind the others, with one for bare rows before all."""
        return self._schema.__arrow_c_schema__()

    def accepts(self, predicate: nodes.Node) -> bool:
        """Whether only rows will come for which the condition is true."""
        try:
            to_arrow(predicate, self._schema)
        except nodes.Untranslatable:
            return False
        return not nan_may_satisfy(predicate, self._schema)

    def stream(self, columns: Sequence[int] | None, filters: Sequence[nodes.Node]) -> tuple[object, bool]:
        """Rows for which the conditions are true, of the columns asked for."""
        wanted = self._schema.names if columns is None else [self._schema.names[place] for place in columns]
        mask: Any = None
        where: iceberg.BooleanExpression = iceberg.AlwaysTrue()
        for one in filters:
            term = to_arrow(one, self._schema)
            mask = term if mask is None else mask & term
            where = iceberg.And(where, pruning(one, dict(self._columns)))
        self.asked.append(where)
        read = [name for name in dict.fromkeys([*wanted, *_named(filters)]) if name != _ROW]
        if not read:
            # Arrow's batches forget how many rows they have if they have no column. A hidden one is in no file.
            read = [name for name, _ in [*self.table.hidden, *self.table.columns][:1]]
        schema = pa.schema([self._schema.field(name) for name in wanted])
        batches = _kept(self.table.scan(read, where), mask, schema)
        reader: Any = pa.RecordBatchReader.from_batches(schema, batches)
        return reader.__arrow_c_stream__(), columns is not None


def _kept(scan: Any, mask: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    reader = pa.RecordBatchReader.from_stream(scan)
    try:
        for batch in reader:
            kept = batch if mask is None else batch.filter(mask)
            if kept.num_rows:
                held = [pa.nulls(kept.num_rows) if name == _ROW else kept.column(name) for name in schema.names]
                yield pa.RecordBatch.from_arrays(held, schema=schema) if held else kept.select([])
    finally:
        reader.close()


def _named(filters: Sequence[nodes.Node]) -> list[str]:
    names, pending = [], list(filters)
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Col):
            names.append(node.parts[0])
        pending.extend(node._children())  # noqa: SLF001 - of the same protocol
    return names


def pruning(node: nodes.Node, columns: dict[str, Type]) -> iceberg.BooleanExpression:
    """What a condition says of files and row groups: true of all that may hold a row for which it is true."""
    made: iceberg.BooleanExpression = iceberg.AlwaysTrue()
    match node:
        case nodes.Binary(op="AND", left=left, right=right):
            made = iceberg.And(pruning(left, columns), pruning(right, columns))
        case nodes.Binary(op="OR", left=left, right=right):
            made = iceberg.Or(pruning(left, columns), pruning(right, columns))
        case nodes.Binary(op=op, left=nodes.Col(parts=parts), right=nodes.Lit(value=value)):
            if (values := _literals(parts, columns, [value])) is not None:
                made = _COMPARED[op](parts[0], values[0])
        case nodes.In(operand=nodes.Col(parts=parts), values=listed):
            found = [value.value for value in listed if isinstance(value, nodes.Lit)]
            if (values := _literals(parts, columns, found)) is not None:
                made = _In(parts[0], set(values))
        case nodes.Postfix(op=op, operand=nodes.Col(parts=(name,))):
            made = (_Null if op == "IS NULL" else _NotNull)(name)
    return made


def _literals(parts: tuple[str, ...], columns: dict[str, Type], values: list[Any]) -> list[Any] | None:
    """The values as pyiceberg takes them; None if it cannot. Of a time with its zone they are times at UTC."""
    kind = columns[parts[0]].kind
    if len(parts) > 1 and (kind, parts[1:]) != ("timestamp with time zone", ("utc",)):
        return None
    if kind not in _LITERALS or any(value is None for value in values):
        return None
    return [_LITERALS[kind](value) for value in values]


_LITERALS: Final[dict[str, Any]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "boolean", "varchar", "decimal"), lambda value: value),
    "date": lambda value: value,
    "timestamp": lambda value: value,
    "timestamp with time zone": lambda value: value.isoformat() + "+00:00",
}
