"""UNNEST: the elements of arrays and maps as rows, side by side."""

from collections.abc import Sequence

from scenarios.targets.embedded.athena.sql.bound import Bound, field_of
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.queries.query import Query
from scenarios.targets.embedded.athena.sql.types import BIGINT, Type


def unnested(values: Sequence[Bound], *, with_ordinality: bool) -> Query:
    """As many rows as the longest has elements; the others have NULL where they have ended.

    A row's fields become columns, and so do a map's keys and values. With `with_ordinality` the last column counts
    from 1.

    Raises:
        SqlError: a value is neither an array nor a map.
    """
    inner: list[str] = []
    lengths: list[str] = []
    columns: list[Bound] = []
    names: list[str | None] = []
    for value in values:
        for sql, kind in _arrays(value):
            name = f"e{len(inner)}"
            inner.append(f"unnest({sql}) AS {name}")
            lengths.append(f"coalesce(len({sql}), 0)")
            parts = _parts(Bound(kind, name), value.type)
            columns += [bound for bound, _ in parts]
            names += [field for _, field in parts]
    if with_ordinality:
        longest = f"greatest({', '.join(lengths)})" if len(lengths) > 1 else lengths[0]
        inner.append(f"unnest(range(1, {longest} + 1)) AS n")
        columns.append(Bound(BIGINT, "n"))
        names.append(None)
    listed = ", ".join(f"{column.sql} AS c{place}" for place, column in enumerate(columns))
    sql = f"SELECT {listed} FROM (SELECT {', '.join(inner)}) u"
    return Query(sql, tuple(names), tuple(column.type for column in columns))


def _arrays(value: Bound) -> list[tuple[str, Type]]:
    if value.type.kind == "array":
        return [(value.sql, value.type.of[0])]
    if value.type.kind == "map":
        return [(f"map_keys({value.sql})", value.type.of[0]), (f"map_values({value.sql})", value.type.of[1])]
    raise SqlError("INVALID_FUNCTION_ARGUMENT", f"Cannot unnest type: {value.type}")


def _parts(element: Bound, of: Type) -> list[tuple[Bound, str | None]]:
    if of.kind != "array" or element.type.kind != "row":
        return [(element, None)]
    return [(field_of(element, place), name) for place, name in enumerate(element.type.names)]
