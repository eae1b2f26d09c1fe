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
    # In order of keys and then of arrival. What is made once is a lambda's argument: DuckDB makes what stands inside of
    # a lambda anew for each element.
    known = "list_filter(pairs, lambda p: p IS NOT NULL)"
    in_order = f"list_sort(list_transform({known}, lambda p, i: struct_pack(k := p.k, i := i, v := p.v)))"
    begins = "list_filter(range(1, len(s) + 1), lambda i: i = 1 OR s[i - 1].k IS DISTINCT FROM s[i].k)"
    # The first value of a key is the one that stays.
    first = "list_transform(b, lambda i: struct_pack(k := s[i].k, v := s[i].v))"
    # The key after the last begins nowhere.
    run = "list_transform(s[i:coalesce(b[n + 1] - 1, len(s))], lambda q: q.v)"
    every = f"list_transform(b, lambda i, n: struct_pack(k := s[i].k, v := {run}))"
    return [
        f"CREATE MACRO {name}(pairs) AS list_transform([nullif({in_order}, [])], "
        f"lambda s: list_transform([{begins}], lambda b: map_from_entries({entries}))[1])[1]"
        for name, entries in (("keystone_map_of", first), ("keystone_multimap_of", every))
    ]
