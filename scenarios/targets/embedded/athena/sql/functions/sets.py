"""Functions that take arrays for sets."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, unique
from scenarios.targets.embedded.athena.sql.comparison import grouped, refuse_unordered
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, of_array, same_arrays
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, Type


def once(sql: str) -> str:
    """Each element where it stands first; NULL is one."""
    return f"keystone_once({sql})"


def _has(sql: str, element: str) -> str:
    null = f"len(list_filter({sql}, lambda y: y IS NULL)) > 0"
    return f"(CASE WHEN {element} IS NULL THEN {null} ELSE list_contains({sql}, {element}) END)"


def _refuse_elements(kind: Type) -> None:
    """Times that are the same at UTC are one to Trino; DuckDB compares their zones, too."""
    if kind.of[0].kind == "timestamp with time zone":
        raise not_supported(f"distinct elements of {kind}")
    grouped(Bound(kind.of[0], ""))


def _distinct(value: Bound) -> Bound:
    _refuse_elements(value.type)
    return Bound(value.type, once(value.sql))


def _union(arguments: Sequence[Bound]) -> Bound | None:
    values = same_arrays(arguments, 2)
    if values is None:
        return None
    _refuse_elements(values[0].type)
    left, right = (value.sql for value in values)
    both = once(f"list_concat({left}, {right})")
    return Bound(values[0].type, f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL ELSE {both} END)")


def _kept_of(left: str, right: str, *, if_there: bool) -> str:
    x = unique("x")
    found = _has(right, x)
    return f"list_filter({once(left)}, lambda {x}: {found if if_there else f'NOT {found}'})"


def _kept(*, if_there: bool) -> Overload:
    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = same_arrays(arguments, 2)
        if values is None:
            return None
        _refuse_elements(values[0].type)
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


def macros() -> list[str]:
    """What the expressions above call; to be made once for each connection."""
    # By sorting, of which each list is made once, as a lambda's argument.
    in_order = "list_sort(list_transform(l, lambda x, i: struct_pack(k := x, i := i)))"
    firsts = "list_filter(range(1, len(s) + 1), lambda n: n = 1 OR s[n - 1].k IS DISTINCT FROM s[n].k)"
    as_they_stand = f"list_sort(list_transform({firsts}, lambda n: struct_pack(i := s[n].i, k := s[n].k)))"
    once_each = f"list_transform({as_they_stand}, lambda e: e.k)"
    return [f"CREATE MACRO keystone_once(l) AS list_transform([{in_order}], lambda s: {once_each})[1]"]
