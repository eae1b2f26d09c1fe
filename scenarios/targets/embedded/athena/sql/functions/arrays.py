"""Functions of arrays and maps."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, mapped, unique, unless_null
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.comparison import compared, refuse_keys, refuse_unordered
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import (
    Functions,
    Overload,
    fitting,
    of_array,
    same_arrays,
)
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, UNKNOWN, VARCHAR, array, common, row


def _array_and_element(arguments: Sequence[Bound]) -> tuple[Bound, Bound] | None:
    """An array and a value, as one of its elements' type."""
    if len(arguments) != 2 or arguments[0].type.kind != "array":
        return None
    kind = common(arguments[0].type.of[0], arguments[1].type)
    if kind is None:
        return None
    return coerced(arguments[0], array(kind)), coerced(arguments[1], kind)


def _extreme(way: str) -> Overload:
    def made(value: Bound) -> Bound:
        kind = value.type.of[0]
        refuse_unordered(kind)
        has_null = f"len({value.sql}) = 0 OR len(list_filter({value.sql}, lambda x: x IS NULL)) > 0"
        most = f"list_{way}({value.sql})"
        if kind.is_float:
            # NaN is neither the least nor the greatest, unless there is nothing else.
            most = f"coalesce(list_{way}(list_filter({value.sql}, lambda n: NOT isnan(n))), {most})"
        return Bound(kind, f"(CASE WHEN {has_null} THEN NULL ELSE {most} END)")

    return of_array(made)


def _sorted(value: Bound) -> Bound:
    refuse_unordered(value.type.of[0])
    return Bound(value.type, f"list_sort({value.sql}, 'ASC', 'NULLS LAST')")


def _searched(arguments: Sequence[Bound]) -> tuple[Bound, Bound, str, str] | None:
    """An array, a value, the name of one of its elements, and the test whether that is the value."""
    found = _array_and_element(arguments)
    if found is None:
        return None
    if found[1].type.of:
        raise not_supported(f"a search for values of type {found[1].type}")
    x = unique("x")
    return *found, x, compared("=", Bound(found[1].type, x), found[1]).sql


def _contains(arguments: Sequence[Bound]) -> Bound | None:
    found = _searched(arguments)
    if found is None:
        return None
    values, element, x, same = found
    each = f"list_transform({values.sql}, lambda {x}: NOT {same})"
    null = f"{values.sql} IS NULL OR {element.sql} IS NULL"
    return Bound(BOOLEAN, f"(CASE WHEN {null} THEN NULL ELSE NOT keystone_all({each}) END)")


def _position(arguments: Sequence[Bound]) -> Bound | None:
    found = _searched(arguments)
    if found is None:
        return None
    values, element, x, same = found
    place = f"list_position(list_transform({values.sql}, lambda {x}: coalesce({same}, FALSE)), TRUE)"
    null = f"{values.sql} IS NULL OR {element.sql} IS NULL"
    return Bound(BIGINT, f"(CASE WHEN {null} THEN NULL ELSE coalesce({place}, 0) END)")


def _removed(arguments: Sequence[Bound]) -> Bound | None:
    found = _searched(arguments)
    if found is None:
        return None
    values, element, x, same = found
    kept = f"list_filter({values.sql}, lambda {x}: NOT coalesce({same}, FALSE))"
    return Bound(values.type, f"(CASE WHEN {element.sql} IS NULL THEN NULL ELSE {kept} END)")


def _join(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) not in (2, 3) or arguments[0].type.kind != "array":
        return None
    texts = fitting(arguments[1:], [VARCHAR] * (len(arguments) - 1))
    if texts is None or arguments[0].type.of[0].of:
        return None
    values, kind = arguments[0], arguments[0].type.of[0]
    written = mapped(values.sql, lambda element: cast(Bound(kind, element), VARCHAR).sql)
    if len(texts) > 1:
        written = f"list_transform({written}, lambda x: coalesce(x, {texts[1].sql}))"
    joined = f"array_to_string(list_filter({written}, lambda x: x IS NOT NULL), {texts[0].sql})"
    return Bound(VARCHAR, unless_null(f"coalesce({joined}, '')", values.sql, *(text.sql for text in texts)))


def _slice(arguments: Sequence[Bound]) -> Bound | None:
    numbers = fitting(arguments[1:], [BIGINT, BIGINT]) if arguments and arguments[0].type.kind == "array" else None
    if numbers is None:
        return None
    value, (start, count) = arguments[0], (number.sql for number in numbers)
    zero = fail("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1")
    short = fail("INVALID_FUNCTION_ARGUMENT", "length must be greater than or equal to 0")
    first = f"(CASE WHEN {start} < 0 THEN len({value.sql}) + {start} + 1 ELSE {start} END)"
    null = f"{value.sql} IS NULL OR {start} IS NULL OR {count} IS NULL"
    kind = value.type.duckdb
    return Bound(
        value.type,
        f"(CASE WHEN {null} THEN NULL WHEN {start} = 0 THEN CAST(CAST({zero} AS VARCHAR) AS {kind}) "
        f"WHEN {count} < 0 THEN CAST(CAST({short} AS VARCHAR) AS {kind}) "
        f"WHEN {first} < 1 OR {count} = 0 THEN CAST([] AS {kind}) "
        f"ELSE list_slice({value.sql}, {first}, {first} + {count} - 1) END)",
    )


def _trimmed(arguments: Sequence[Bound]) -> Bound | None:
    numbers = fitting(arguments[1:], [BIGINT]) if arguments and arguments[0].type.kind == "array" else None
    if numbers is None:
        return None
    value, count = arguments[0], numbers[0].sql
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "size must not be negative, nor exceed array cardinality")
    inside = f"{count} BETWEEN 0 AND len({value.sql})"
    cut = f"list_slice({value.sql}, 1, len({value.sql}) - {count})"
    return Bound(
        value.type,
        f"(CASE WHEN {value.sql} IS NULL OR {count} IS NULL THEN NULL WHEN {inside} THEN {cut} "
        f"ELSE CAST(CAST({wrong} AS VARCHAR) AS {value.type.duckdb}) END)",
    )


def _concat(arguments: Sequence[Bound]) -> Bound | None:
    """Arrays one after the other, or one and an element before or behind it."""
    if len(arguments) < 2 or not any(value.type.kind == "array" for value in arguments):
        return None
    kinds = [value.type.kind for value in arguments]
    if array(UNKNOWN) in {value.type for value in arguments}:
        raise not_supported("an empty array without a type, concatenated")
    if UNKNOWN in {value.type for value in arguments}:
        raise SqlError("AMBIGUOUS_FUNCTION_CALL", "Could not choose a best candidate operator")
    if len(arguments) == 2 and kinds != ["array", "array"]:
        return _with_element(arguments, kinds.index("array"))
    values = same_arrays(arguments, len(arguments))
    if values is None:
        return None
    made, null = values[0].sql, " OR ".join(f"{value.sql} IS NULL" for value in values)
    for value in values[1:]:
        made = f"list_concat({made}, {value.sql})"
    return Bound(values[0].type, f"(CASE WHEN {null} THEN NULL ELSE {made} END)")


def _with_element(arguments: Sequence[Bound], of: int) -> Bound | None:
    found = _array_and_element([arguments[of], arguments[1 - of]])
    if found is None:
        return None
    values, element = found
    made = f"list_append({values.sql}, {element.sql})" if of == 0 else f"list_prepend({element.sql}, {values.sql})"
    null = f"{values.sql} IS NULL OR {element.sql} IS NULL"
    return Bound(values.type, f"(CASE WHEN {null} THEN NULL ELSE {made} END)")


def _flatten(value: Bound) -> Bound | None:
    if value.type.of[0].kind != "array":
        return None
    return Bound(value.type.of[0], f"flatten(list_filter({value.sql}, lambda x: x IS NOT NULL))")


def _element_at(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2:
        return None
    base, at = arguments
    if base.type.kind == "map":
        key, kind = base.type.of
        if common(at.type, key) != key:
            return None
        refuse_keys(key)
        found = f"{base.sql}[{coerced(at, key).sql}]"
        # NaN is no key that could be found.
        return Bound(kind, f"(CASE WHEN isnan({at.sql}) THEN NULL ELSE {found} END)" if key.is_float else found)
    if base.type.kind != "array" or not at.type.is_integer:
        return None
    kind, index = base.type.of[0], coerced(at, BIGINT).sql
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1")
    found = f"list_extract({base.sql}, {index})"
    failure = f"CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb})"
    return Bound(kind, f"(CASE WHEN {base.sql} IS NOT NULL AND {index} = 0 THEN {failure} ELSE {found} END)")


def _cardinality(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1:
        return None
    [value] = arguments
    if value.type == UNKNOWN:
        return Bound(BIGINT, "CAST(NULL AS BIGINT)")
    if value.type.kind not in ("array", "map"):
        return None
    return Bound(BIGINT, f"CAST({'len' if value.type.kind == 'array' else 'cardinality'}({value.sql}) AS BIGINT)")


def _zip(arguments: Sequence[Bound]) -> Bound | None:
    if not 2 <= len(arguments) <= 5 or any(value.type.kind != "array" for value in arguments):
        return None
    kind = array(row([value.type.of[0] for value in arguments]))
    place = unique("i")
    fields = ", ".join(f"f{n} := {value.sql}[{place}]" for n, value in enumerate(arguments))
    longest = f"greatest({', '.join(f'len({value.sql})' for value in arguments)})"
    null = " OR ".join(f"{value.sql} IS NULL" for value in arguments)
    each = f"list_transform(range(1, {longest} + 1), lambda {place}: struct_pack({fields}))"
    return Bound(kind, f"(CASE WHEN {null} THEN NULL ELSE CAST({each} AS {kind.duckdb}) END)")


def _ngrams(arguments: Sequence[Bound]) -> Bound | None:
    numbers = fitting(arguments[1:], [BIGINT]) if arguments and arguments[0].type.kind == "array" else None
    if numbers is None:
        return None
    value, n = arguments[0], numbers[0].sql
    kind = array(value.type)
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "N must be positive")
    last = f"greatest(len({value.sql}) - {n} + 1, 1)"
    each = f"list_transform(range(1, {last} + 1), lambda i: list_slice({value.sql}, i, i + {n} - 1))"
    made = f"CASE WHEN {n} <= 0 THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}) ELSE {each} END"
    return Bound(kind, unless_null(made, value.sql, n))


def _reverse(value: Bound) -> Bound:
    return Bound(value.type, f"list_reverse({value.sql})")


ARRAYS: Final[Functions] = {
    "cardinality": [_cardinality],
    "element_at": [_element_at],
    "contains": [_contains],
    "array_sort": [of_array(_sorted)],
    "array_max": [_extreme("max")],
    "array_min": [_extreme("min")],
    "array_join": [_join],
    "array_position": [_position],
    "array_remove": [_removed],
    "concat": [_concat],
    "slice": [_slice],
    "trim_array": [_trimmed],
    "flatten": [of_array(_flatten)],
    "reverse": [of_array(_reverse)],
    "zip": [_zip],
    "ngrams": [_ngrams],
}
