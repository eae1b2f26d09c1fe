"""Aggregations that gather values into arrays and maps."""

from collections.abc import Mapping, Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.functions.overloads import Aggregate, Over, fitting
from scenarios.targets.embedded.athena.sql.types import BIGINT, UNKNOWN, VARCHAR, array, mapping


def _array_agg(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) != 1:
        return None
    kind = array(arguments[0].type)
    return Bound(kind, f"CAST({over('list', arguments[0].sql)} AS {kind.duckdb})")


def _map_agg(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) != 2:
        return None
    key, value = grouped(arguments[0]), arguments[1]
    kind = mapping(key.type, value.type)
    pairs = over("list", f"CASE WHEN {key.sql} IS NOT NULL THEN struct_pack(k := {key.sql}, v := {value.sql}) END")
    return Bound(kind, f"CAST(keystone_map_of({pairs}) AS {kind.duckdb})")


def _histogram(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) != 1:
        return None
    value = grouped(arguments[0])
    kind = mapping(value.type, BIGINT)
    return Bound(kind, f"CAST({over('histogram', value.sql)} AS {kind.duckdb})")


def _multimap_agg(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) != 2:
        return None
    key, value = grouped(arguments[0]), arguments[1]
    kind = mapping(key.type, array(value.type))
    pairs = over("list", f"CASE WHEN {key.sql} IS NOT NULL THEN struct_pack(k := {key.sql}, v := {value.sql}) END")
    return Bound(kind, f"CAST(keystone_multimap_of({pairs}) AS {kind.duckdb})")


def _listagg(arguments: Sequence[Bound], over: Over) -> Bound | None:
    values = fitting(arguments, [VARCHAR] * len(arguments))
    if values is None or (arguments and arguments[0].type == UNKNOWN):
        raise SqlError("TYPE_MISMATCH", f"Expected expression of varchar, but it has type {arguments[0].type}")
    if not values or len(values) > 2:
        return None
    between = values[1].sql if len(values) > 1 else "''"
    return Bound(VARCHAR, over("string_agg", values[0].sql, between))


COLLECTING: Final[Mapping[str, Aggregate]] = {
    "array_agg": _array_agg,
    "map_agg": _map_agg,
    "histogram": _histogram,
    "listagg": _listagg,
    "multimap_agg": _multimap_agg,
}


def macros() -> list[str]:
    """What the expressions above call; to be made once for each connection."""
    known = "list_filter(pairs, lambda p: p IS NOT NULL)"
    # The first value of a key is the one that stays.
    firsts = f"list_filter({known}, lambda p, i: list_position(list_transform({known}, lambda q: q.k), p.k) = i)"
    same_key = f"list_filter({known}, lambda q: q.k = p.k)"
    all_of_key = f"lambda p: struct_pack(k := p.k, v := list_transform({same_key}, lambda q: q.v))"
    return [
        f"CREATE MACRO keystone_map_of(pairs) AS map_from_entries({firsts})",
        f"CREATE MACRO keystone_multimap_of(pairs) AS map_from_entries(list_transform({firsts}, {all_of_key}))",
    ]
