"""= <> < <= > >= and IS DISTINCT FROM, of Trino's types: NaN is like nothing, NULL inside of a value is unknown."""

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, alike, fail, field_of, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, UNKNOWN, Type

_UNORDERED: Final = ("json", "map")
_TURNED: Final = {">": "<", ">=": "<="}

OPERATORS: Final[dict[type[exp.Expression], str]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
"""How the nodes of comparisons are written."""


def compared(operator: str, left: Bound, right: Bound) -> Bound:
    """Two values by one of the six operators.

    Raises:
        SqlError: they cannot be compared.
    """
    left, right = alike(left, right, operator)
    if operator in ("=", "<>"):
        same = _same(left, right)
        return Bound(BOOLEAN, same if operator == "=" else f"(NOT {same})")
    if left.type.kind in _UNORDERED:
        raise SqlError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {operator} {right.type}")
    if operator in _TURNED:
        left, right, operator = right, left, _TURNED[operator]
    return Bound(BOOLEAN, _before(left, right, or_same=operator == "<="))


def _same(left: Bound, right: Bound) -> str:
    kind = left.type.kind
    if kind in _SAME:
        return _SAME[kind](left, right)
    plain = f"({_key(left)} = {_key(right)})"
    # DuckDB has NaN equal to itself and above all else.
    return _unless_nan(left, right, plain) if left.type.is_float else plain


def _unless_nan(left: Bound, right: Bound, plain: str) -> str:
    a, b = left.sql, right.sql
    is_none = f"(isnan({a}) AND {b} IS NOT NULL) OR (isnan({b}) AND {a} IS NOT NULL)"
    return f"(CASE WHEN {is_none} THEN FALSE ELSE {plain} END)"


def _key(value: Bound) -> str:
    return f"{value.sql}.utc" if value.type.kind == "timestamp with time zone" else value.sql


def ordering_key(value: Bound) -> str:
    """What DuckDB puts in the order of Trino's values; a char has its blanks, below which there are letters."""
    if value.type.kind == "char":
        return f"rpad({value.sql}, {value.type.numbers[0]}, ' ')"
    return _key(value)


def _same_rows(left: Bound, right: Bound) -> str:
    fields = (_same(field_of(left, place), field_of(right, place)) for place in range(len(left.type.of)))
    return f"({' AND '.join(fields)})"


def _same_arrays(left: Bound, right: Bound) -> str:
    [element], place = left.type.of, unique("i")
    same = _same(Bound(element, f"{left.sql}[{place}]"), Bound(element, f"{right.sql}[{place}]"))
    each = f"list_transform(range(1, len({left.sql}) + 1), lambda {place}: {same})"
    return (
        f"(CASE WHEN {left.sql} IS NULL OR {right.sql} IS NULL THEN NULL "
        f"WHEN len({left.sql}) <> len({right.sql}) THEN FALSE ELSE keystone_all({each}) END)"
    )


def _same_maps(left: Bound, right: Bound) -> str:
    of_key, held = left.type.of
    refuse_keys(of_key)
    if of_key.is_float:
        raise not_supported(f"a comparison of values of type {left.type}")
    key = unique("k")
    same = _same(Bound(held, f"{left.sql}[{key}]"), Bound(held, f"{right.sql}[{key}]"))
    found = f"CASE WHEN map_contains({right.sql}, {key}) THEN {same} ELSE FALSE END"
    each = f"list_transform(map_keys({left.sql}), lambda {key}: {found})"
    return (
        f"(CASE WHEN {left.sql} IS NULL OR {right.sql} IS NULL THEN NULL "
        f"WHEN cardinality({left.sql}) <> cardinality({right.sql}) THEN FALSE ELSE keystone_all({each}) END)"
    )


_SAME: Final[dict[str, Callable[[Bound, Bound], str]]] = {
    "row": _same_rows,
    "array": _same_arrays,
    "map": _same_maps,
}


def _before(left: Bound, right: Bound, *, or_same: bool) -> str:
    kind = left.type
    if kind.of and any(part.of or part.is_float or part.kind in _UNORDERED for part in kind.of):
        raise not_supported(f"an order of values of type {kind}")
    if kind.kind == "row":
        return _row_before(left, right, or_same=or_same)
    if kind.kind == "array":
        return _array_before(left, right, or_same=or_same)
    plain = f"({ordering_key(left)} {'<=' if or_same else '<'} {ordering_key(right)})"
    return _unless_nan(left, right, plain) if kind.is_float else plain


def _row_before(left: Bound, right: Bound, *, or_same: bool) -> str:
    wrong = fail("NOT_SUPPORTED", "ROW comparison not supported for fields with null elements")
    arms = []
    for place in range(len(left.type.of)):
        ours, theirs = field_of(left, place), field_of(right, place)
        arms.append(f"WHEN {ours.sql} IS NULL OR {theirs.sql} IS NULL THEN CAST({wrong} AS BOOLEAN)")
        arms.append(f"WHEN {_before(ours, theirs, or_same=False)} THEN TRUE WHEN NOT {_same(ours, theirs)} THEN FALSE")
    either = f"{left.sql} IS NULL OR {right.sql} IS NULL"
    return f"(CASE WHEN {either} THEN NULL {' '.join(arms)} ELSE {'TRUE' if or_same else 'FALSE'} END)"


def _array_before(left: Bound, right: Bound, *, or_same: bool) -> str:
    """By the first elements that differ, or by length."""
    [element], place = left.type.of, unique("i")
    a, b = left.sql, right.sql
    same = f"coalesce({_same(Bound(element, f'{a}[{place}]'), Bound(element, f'{b}[{place}]'))}, FALSE)"
    each = f"list_transform(range(1, least(len({a}), len({b})) + 1), lambda {place}: {same})"
    differs = f"list_position({each}, FALSE)"
    ours, theirs = (Bound(element, f"{array}[{differs}]") for array in (a, b))
    wrong = fail("NOT_SUPPORTED", "ARRAY comparison not supported for arrays with null elements")
    return (
        f"(CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL "
        f"WHEN coalesce({differs}, 0) = 0 THEN len({a}) {'<=' if or_same else '<'} len({b}) "
        f"WHEN {ours.sql} IS NULL OR {theirs.sql} IS NULL THEN CAST({wrong} AS BOOLEAN) "
        f"ELSE {_before(ours, theirs, or_same=False)} END)"
    )


def distinct(left: Bound, right: Bound) -> Bound:
    """IS DISTINCT FROM, by which NULL is like NULL and NaN like NaN."""
    left, right = alike(left, right, "IS DISTINCT FROM")
    if left.type != UNKNOWN:
        _refuse_inner(left.type)
    return Bound(BOOLEAN, f"({_key(left)} IS DISTINCT FROM {_key(right)})")


def grouped(value: Bound) -> Bound:
    """What values are told apart by, in GROUP BY, DISTINCT and set operations.

    Raises:
        SqlError: DuckDB does not tell them apart as Trino does.
    """
    _refuse_inner(value.type)
    if value.type.kind != "timestamp with time zone":
        return value
    # Two times that are the same at UTC are one to Trino, and two to DuckDB if their zones differ.
    wrong = fail("NOT_SUPPORTED", "distinct times at other zones than UTC are not supported here")
    failure = f"CAST(CAST({wrong} AS VARCHAR) AS {value.type.duckdb})"
    return Bound(value.type, f"(CASE WHEN {value.sql}.zone <> 'UTC' THEN {failure} ELSE {value.sql} END)")


def _refuse_inner(kind: Type) -> None:
    """Values inside of others, of which DuckDB has another idea of what is the same."""
    for part in kind.of if kind.kind != "map" else (kind,):
        if part.kind in ("timestamp with time zone", "map"):
            raise not_supported(f"distinct values of type {kind}")
        _refuse_inner(part)


def refuse_keys(kind: Type) -> None:
    """Values by which DuckDB does not find what Trino finds: it compares zones, too, and takes NULL for a value.

    Raises:
        SqlError: they are such.
    """
    if kind.of or kind.kind == "timestamp with time zone":
        raise not_supported(f"a search for values of type {kind}")


def refuse_unordered(kind: Type) -> None:
    """
    Raises:
        SqlError: values of this type have no order, or none here.
    """
    if kind.of or kind.kind in ("json", "timestamp with time zone"):
        raise not_supported(f"the order of values of type {kind}")


def macros() -> list[str]:
    """What the expressions above call; to be made once for each connection."""
    known = "len(list_filter(l, lambda x: x IS NOT NULL))"
    decided = "WHEN l IS NULL THEN NULL WHEN list_contains(l, FALSE) THEN FALSE"
    every = f"CASE {decided} WHEN {known} <> len(l) THEN NULL ELSE TRUE END"
    return [f"CREATE MACRO keystone_all(l) AS {every}"]
