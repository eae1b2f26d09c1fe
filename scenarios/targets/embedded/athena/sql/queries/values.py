"""VALUES: rows as they are written."""

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, field_of
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.scope import Env, Scope
from scenarios.targets.embedded.athena.sql.types import Type, common


def bind_values(node: Any, env: Env) -> Query:
    """Rows, each column of the type that all its values have in common.

    Raises:
        SqlError: they have none, or the rows are not of one length.
    """
    binder = Binder(env, Scope((), env.outer))
    rows = [_row(binder, row) for row in node.expressions]
    kinds = [cell.type for cell in rows[0]]
    for row in rows[1:]:
        kinds = _kinds(kinds, row, rows[0])
    written = (", ".join(coerced(cell, kind).sql for cell, kind in zip(row, kinds, strict=True)) for row in rows)
    names = ", ".join(f"c{place}" for place in range(len(kinds)))
    table = f"(VALUES {', '.join(f'({row})' for row in written)}) v({names})"
    return Query(f"SELECT {names} FROM {table}", (None,) * len(kinds), tuple(kinds))


def _row(binder: Binder, row: Any) -> list[Bound]:
    """A row's cells; one expression that is a row stands for its fields."""
    cells = [binder.bind(cell) for cell in (row.expressions if isinstance(row, exp.Tuple) else [row])]
    if len(cells) == 1 and cells[0].type.kind == "row":
        return [field_of(cells[0], place) for place in range(len(cells[0].type.of))]
    return cells


def _kinds(kinds: Sequence[Type], row: Sequence[Bound], first: Sequence[Bound]) -> list[Type]:
    """The columns' types with one more row, which may be of others than the first."""
    found = [common(kind, cell.type) for kind, cell in zip(kinds, row, strict=False)]
    if len(row) != len(kinds) or None in found:
        shown = (f"row({', '.join(str(cell.type) for cell in one)})" for one in (first, row))
        raise SqlError("TYPE_MISMATCH", f"Values rows have mismatched types: {' vs '.join(shown)}")
    return [kind for kind in found if kind is not None]
