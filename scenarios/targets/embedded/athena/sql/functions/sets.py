"""Functions that take arrays for sets."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, unique
from scenarios.targets.embedded.athena.sql.comparison import grouped, refuse_unordered
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, of_array, same_arrays
from scenarios.targets.embedded.athena.sql.types import BOOLEAN


def once(sql: str) -> str:
    """Each element where it stands first; NULL is one."""
    x, i, y = unique("x"), unique("i"), unique("y")
    place = f"list_position(list_transform({sql}, lambda {y}: {y} IS NOT DISTINCT FROM {x}), TRUE)"
    return f"list_filter({sql}, lambda {x}, {i}: {place} = {i})"


def _has(sql: str, element: str) -> str:
    y = unique("y")
    return f"list_contains(list_transform({sql}, lambda {y}: {y} IS NOT DISTINCT FROM {element}), TRUE)"


def _distinct(value: Bound) -> Bound:
    grouped(Bound(value.type.of[0], ""))
    return Bound(value.type, once(value.sql))


def _union(arguments: Sequence[Bound]) -> Bound | None:
    values = same_arrays(arguments, 2)
    if values is None:
        return None
    grouped(Bound(values[0].type.of[0], ""))
    left, right = (value.sql for value in values)
    both = once(f"list_concat({left}, {right})")
    return Bound(values[0].type, f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL ELSE {both} END)")


def _kept_of(left: str, right: str, *, if_there: bool) -> str:
    x = unique("x")
    found = _has(right, x)
    return once(f"list_filter({left}, lambda {x}: {found if if_there else f'NOT {found}'})")


def _kept(*, if_there: bool) -> Overload:
    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = same_arrays(arguments, 2)
        if values is None:
            return None
        grouped(Bound(values[0].type.of[0], ""))
        left, right = (value.sql for value in values)
        kept = _kept_of(left, right, if_there=if_there)
        if if_there:
            # In the order of the longer one.
            kept = f"CASE WHEN len({left}) < len({right}) THEN {_kept_of(right, left, if_there=True)} ELSE {kept} END"
        else:
            # Without anything to take away Trino leaves even what is there twice.
            kept = f"CASE WHEN len({right}) = 0 THEN {left} ELSE {kept} END"
        return Bound(values[0].type, f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL ELSE {kept} END)")

    return call


def _overlap(arguments: Sequence[Bound]) -> Bound | None:
    values = same_arrays(arguments, 2)
    if values is None:
        return None
    (left, right), x = (value.sql for value in values), unique("x")
    refuse_unordered(values[0].type.of[0])
    found = f"len(list_filter({left}, lambda {x}: list_contains({right}, {x}))) > 0"
    null = " OR ".join(f"len(list_filter({side}, lambda n: n IS NULL)) > 0" for side in (left, right))
    return Bound(
        BOOLEAN,
        f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL "
        f"WHEN {found} THEN TRUE WHEN len({left}) = 0 OR len({right}) = 0 THEN FALSE "
        f"WHEN {null} THEN NULL ELSE FALSE END)",
    )


SETS: Final[Functions] = {
    "array_distinct": [of_array(_distinct)],
    "array_union": [_union],
    "array_intersect": [_kept(if_there=True)],
    "array_except": [_kept(if_there=False)],
    "arrays_overlap": [_overlap],
}
