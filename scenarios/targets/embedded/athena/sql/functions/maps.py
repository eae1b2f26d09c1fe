"""Functions of maps, and those that make one."""

from collections.abc import Callable, Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail
from scenarios.targets.embedded.athena.sql.comparison import refuse_keys
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, of_array
from scenarios.targets.embedded.athena.sql.functions.sets import once
from scenarios.targets.embedded.athena.sql.types import UNKNOWN, Type, array, common, mapping, row


def _of_map(made: Callable[[Bound], Bound | None]) -> Overload:
    """Of one map."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "map":
            return None
        return made(arguments[0])

    return call


def _map(arguments: Sequence[Bound]) -> Bound | None:
    if not arguments:
        kind = mapping(UNKNOWN, UNKNOWN)
        return Bound(kind, f"CAST(MAP {{}} AS {kind.duckdb})")
    if len(arguments) != 2 or any(value.type.kind != "array" for value in arguments):
        return None
    keys, values = arguments
    kind = mapping(keys.type.of[0], values.type.of[0])
    refuse_keys(kind.of[0])
    return Bound(kind, f"CAST(keystone_map({keys.sql}, {values.sql}) AS {kind.duckdb})")


def _from_entries(value: Bound) -> Bound | None:
    entry = value.type.of[0]
    if entry.kind != "row" or len(entry.of) != 2:
        return None
    kind = mapping(*entry.of)
    refuse_keys(kind.of[0])
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "map entry cannot be null")
    keys, values = (f"list_transform({value.sql}, lambda e: e.f{place})" for place in (0, 1))
    made = f"CAST(keystone_map({keys}, {values}) AS {kind.duckdb})"
    null = f"len(list_filter({value.sql}, lambda e: e IS NULL)) > 0"
    return Bound(kind, f"(CASE WHEN {null} THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}) ELSE {made} END)")


def _entries(value: Bound) -> Bound:
    kind = array(row(value.type.of))
    each = f"list_transform(map_entries({value.sql}), lambda e: struct_pack(f0 := e.key, f1 := e.value))"
    return Bound(kind, f"CAST({each} AS {kind.duckdb})")


def _map_concat(arguments: Sequence[Bound]) -> Bound | None:
    kind: Type | None = UNKNOWN
    for value in arguments:
        kind = kind and common(kind, value.type)
    if len(arguments) < 2 or kind is None or kind.kind != "map":
        return None
    values = [coerced(value, kind).sql for value in arguments]
    null = " OR ".join(f"{value} IS NULL" for value in values)
    return Bound(kind, f"(CASE WHEN {null} THEN NULL ELSE map_concat({', '.join(values)}) END)")


def _multimap_from_entries(value: Bound) -> Bound | None:
    entry = value.type.of[0]
    if entry.kind != "row" or len(entry.of) != 2:
        return None
    kind = mapping(entry.of[0], array(entry.of[1]))
    refuse_keys(entry.of[0])
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "map entry cannot be null")
    keys = once(f"list_transform({value.sql}, lambda e: e.f0)")
    held = f"list_transform(list_filter({value.sql}, lambda e: e.f0 = k), lambda e: e.f1)"
    made = f"CAST(keystone_map({keys}, list_transform({keys}, lambda k: {held})) AS {kind.duckdb})"
    null = f"len(list_filter({value.sql}, lambda e: e IS NULL)) > 0"
    return Bound(kind, f"(CASE WHEN {null} THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}) ELSE {made} END)")


MAPS: Final[Functions] = {
    "map": [_map],
    "map_from_entries": [of_array(_from_entries)],
    "multimap_from_entries": [of_array(_multimap_from_entries)],
    "map_entries": [_of_map(_entries)],
    "map_keys": [_of_map(lambda value: Bound(array(value.type.of[0]), f"map_keys({value.sql})"))],
    "map_values": [_of_map(lambda value: Bound(array(value.type.of[1]), f"map_values({value.sql})"))],
    "map_concat": [_map_concat],
}


def macros() -> list[str]:
    """What the expressions above call; to be made once for each connection."""
    lengths = fail("INVALID_FUNCTION_ARGUMENT", "Key and value arrays must be the same length")
    null = fail("INVALID_FUNCTION_ARGUMENT", "map key cannot be null")
    # A failure in the place of a map of any type: it is how many values there are.
    failing = "map(keys, list_transform(range({}), lambda n: held[1]))"
    checked = (
        f"WHEN len(keys) <> len(held) THEN {failing.format(lengths)} "
        f"WHEN len(list_filter(keys, lambda k: k IS NULL)) > 0 THEN {failing.format(null)} "
    )
    null_map = "CASE WHEN keys IS NULL OR held IS NULL THEN NULL"
    return [f"CREATE MACRO keystone_map(keys, held) AS {null_map} {checked} ELSE map(keys, held) END"]
