"""Functions of arrays and maps."""

from collections.abc import Callable, Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, mapped, unique
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.comparison import compared, grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, fitting
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    UNKNOWN,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    common,
    mapping,
    row,
)

_MOST: Final = 10_000
"""Elements that sequence gives at most."""


def _of_array(made: Callable[[Bound], Bound | None]) -> Overload:
    """Of one array."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "array":
            return None
        return made(arguments[0])

    return call


def _of_map(made: Callable[[Bound], Bound | None]) -> Overload:
    """Of one map."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "map":
            return None
        return made(arguments[0])

    return call


def _same_arrays(arguments: Sequence[Bound], count: int) -> list[Bound] | None:
    """Some arrays, as ones of the same type."""
    if len(arguments) != count or any(value.type.kind != "array" for value in arguments):
        return None
    kind: Type | None = UNKNOWN
    for value in arguments:
        kind = kind and common(kind, value.type)
    return [coerced(value, kind) for value in arguments] if kind else None


def _array_and_element(arguments: Sequence[Bound]) -> tuple[Bound, Bound] | None:
    """An array and a value, as one of its elements' type."""
    if len(arguments) != 2 or arguments[0].type.kind != "array":
        return None
    kind = common(arguments[0].type.of[0], arguments[1].type)
    if kind is None:
        return None
    return coerced(arguments[0], array(kind)), coerced(arguments[1], kind)


def _ordered_elements(kind: Type) -> None:
    if kind.of or kind.kind in ("json", "timestamp with time zone"):
        raise not_supported(f"the order of values of type {kind}")


def _extreme(way: str) -> Overload:
    def made(value: Bound) -> Bound:
        kind = value.type.of[0]
        _ordered_elements(kind)
        has_null = f"len({value.sql}) = 0 OR len(list_filter({value.sql}, lambda x: x IS NULL)) > 0"
        most = f"list_{way}({value.sql})"
        if kind.is_float:
            # NaN is neither the least nor the greatest, unless there is nothing else.
            most = f"coalesce(list_{way}(list_filter({value.sql}, lambda n: NOT isnan(n))), {most})"
        return Bound(kind, f"(CASE WHEN {has_null} THEN NULL ELSE {most} END)")

    return _of_array(made)


def _sorted(value: Bound) -> Bound:
    _ordered_elements(value.type.of[0])
    return Bound(value.type, f"list_sort({value.sql}, 'ASC', 'NULLS LAST')")


def _once(sql: str) -> str:
    """Each element where it stands first; NULL is one."""
    x, i, y = unique("x"), unique("i"), unique("y")
    place = f"list_position(list_transform({sql}, lambda {y}: {y} IS NOT DISTINCT FROM {x}), TRUE)"
    return f"list_filter({sql}, lambda {x}, {i}: {place} = {i})"


def _has(sql: str, element: str) -> str:
    y = unique("y")
    return f"list_contains(list_transform({sql}, lambda {y}: {y} IS NOT DISTINCT FROM {element}), TRUE)"


def _distinct(value: Bound) -> Bound:
    grouped(Bound(value.type.of[0], ""))
    return Bound(value.type, _once(value.sql))


def _union(arguments: Sequence[Bound]) -> Bound | None:
    values = _same_arrays(arguments, 2)
    if values is None:
        return None
    grouped(Bound(values[0].type.of[0], ""))
    left, right = (value.sql for value in values)
    both = _once(f"list_concat({left}, {right})")
    return Bound(values[0].type, f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL ELSE {both} END)")


def _kept_of(left: str, right: str, *, if_there: bool) -> str:
    x = unique("x")
    found = _has(right, x)
    return _once(f"list_filter({left}, lambda {x}: {found if if_there else f'NOT {found}'})")


def _kept(*, if_there: bool) -> Overload:
    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = _same_arrays(arguments, 2)
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
    values = _same_arrays(arguments, 2)
    if values is None:
        return None
    (left, right), x = (value.sql for value in values), unique("x")
    _ordered_elements(values[0].type.of[0])
    found = f"len(list_filter({left}, lambda {x}: list_contains({right}, {x}))) > 0"
    null = " OR ".join(f"len(list_filter({side}, lambda n: n IS NULL)) > 0" for side in (left, right))
    return Bound(
        BOOLEAN,
        f"(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL "
        f"WHEN {found} THEN TRUE WHEN len({left}) = 0 OR len({right}) = 0 THEN FALSE "
        f"WHEN {null} THEN NULL ELSE FALSE END)",
    )


def _contains(arguments: Sequence[Bound]) -> Bound | None:
    found = _array_and_element(arguments)
    if found is None:
        return None
    values, element = found
    x = unique("x")
    same = compared("=", Bound(element.type, x), element).sql
    each = f"list_transform({values.sql}, lambda {x}: NOT {same})"
    null = f"{values.sql} IS NULL OR {element.sql} IS NULL"
    return Bound(BOOLEAN, f"(CASE WHEN {null} THEN NULL ELSE NOT keystone_all({each}) END)")


def _position(arguments: Sequence[Bound]) -> Bound | None:
    found = _array_and_element(arguments)
    if found is None:
        return None
    values, element = found
    x = unique("x")
    same = compared("=", Bound(element.type, x), element).sql
    place = f"list_position(list_transform({values.sql}, lambda {x}: coalesce({same}, FALSE)), TRUE)"
    null = f"{values.sql} IS NULL OR {element.sql} IS NULL"
    return Bound(BIGINT, f"(CASE WHEN {null} THEN NULL ELSE coalesce({place}, 0) END)")


def _removed(arguments: Sequence[Bound]) -> Bound | None:
    found = _array_and_element(arguments)
    if found is None:
        return None
    values, element = found
    x = unique("x")
    same = compared("=", Bound(element.type, x), element).sql
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
    return Bound(VARCHAR, f"(CASE WHEN {values.sql} IS NULL THEN NULL ELSE coalesce({joined}, '') END)")


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
    if UNKNOWN in {value.type for value in arguments}:
        raise SqlError("AMBIGUOUS_FUNCTION_CALL", "Could not choose a best candidate operator")
    if len(arguments) == 2 and kinds != ["array", "array"]:
        return _with_element(arguments, kinds.index("array"))
    values = _same_arrays(arguments, len(arguments))
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


def _sequence(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) in (2, 3) and all(value.type.is_integer for value in arguments):
        values = fitting(arguments, [BIGINT] * len(arguments)) or []
        start, stop, *steps = (value.sql for value in values)
        step = steps[0] if steps else f"(CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END)"
        return Bound(array(BIGINT), _stepped(start, stop, step, f"range({start}, {stop} + sign({step}), {step})"))
    if len(arguments) not in (2, 3) or arguments[0].type != arguments[1].type:
        return None
    return _of_times(arguments)


def _stepped(start: str, stop: str, step: str, made: str) -> str:
    zero = fail("INVALID_FUNCTION_ARGUMENT", "step must not be zero")
    wrong = fail(
        "INVALID_FUNCTION_ARGUMENT",
        "sequence stop value should be greater than or equal to start value if step is greater than zero "
        "otherwise stop should be less than or equal to start",
    )
    many = fail("INVALID_FUNCTION_ARGUMENT", "result of sequence function must not have more than 10000 entries")
    kind = "BIGINT[]"
    return (
        f"(CASE WHEN {start} IS NULL OR {stop} IS NULL OR {step} IS NULL THEN NULL "
        f"WHEN {step} = 0 THEN CAST(CAST({zero} AS VARCHAR) AS {kind}) "
        f"WHEN ({step} > 0 AND {start} > {stop}) OR ({step} < 0 AND {start} < {stop}) "
        f"THEN CAST(CAST({wrong} AS VARCHAR) AS {kind}) "
        f"WHEN ({stop} - {start}) // {step} >= {_MOST} THEN CAST(CAST({many} AS VARCHAR) AS {kind}) "
        f"ELSE {made} END)"
    )


def _of_times(arguments: Sequence[Bound]) -> Bound | None:
    start, stop = arguments[:2]
    kind = start.type
    if kind.kind not in ("date", "timestamp"):
        return None
    if len(arguments) == 3 and arguments[2].type == YEAR_TO_MONTH:
        months = arguments[2].sql
        count = f"(date_sub('month', {start.sql}, {stop.sql}) // {months})"
        wrong = fail("INVALID_FUNCTION_ARGUMENT", "sequence of months from its end to its beginning, or of none")
        moved = f"CAST({start.sql} + to_months(CAST(n * {months} AS INTEGER)) AS {kind.duckdb})"
        each = f"list_transform(range(0, {count} + 1), lambda n: {moved})"
        test = f"{months} = 0 OR ({stop.sql} - {start.sql} < {stop.sql} - {stop.sql}) <> ({months} < 0)"
        made = f"(CASE WHEN {test} THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}[]) ELSE {each} END)"
        return Bound(array(kind), f"(CASE WHEN {start.sql} IS NULL OR {stop.sql} IS NULL THEN NULL ELSE {made} END)")
    ends = [f"(epoch_us(CAST({value.sql} AS TIMESTAMP)) // 1000)" for value in (start, stop)]
    if len(arguments) == 3 and arguments[2].type != DAY_TO_SECOND:
        return None
    if len(arguments) == 2 and kind != DATE:
        return None
    default = f"(CASE WHEN {start.sql} <= {stop.sql} THEN 86400000 ELSE -86400000 END)"
    step = arguments[2].sql if len(arguments) == 3 else default
    if kind != DATE and kind.numbers[0] > 3:
        raise not_supported(f"a sequence of {kind}")
    numbers = _stepped(ends[0], ends[1], step, f"range({ends[0]}, {ends[1]} + sign({step}), {step})")
    each = f"list_transform({numbers}, lambda n: CAST(make_timestamp(n * 1000) AS {kind.duckdb}))"
    return Bound(array(kind), each)


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
        return Bound(kind, f"{base.sql}[{coerced(at, key).sql}]") if common(at.type, key) == key else None
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
    return Bound(
        kind,
        f"(CASE WHEN {n} <= 0 THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}) ELSE {each} END)",
    )


def _map(arguments: Sequence[Bound]) -> Bound | None:
    if not arguments:
        kind = mapping(UNKNOWN, UNKNOWN)
        return Bound(kind, f"CAST(MAP {{}} AS {kind.duckdb})")
    if len(arguments) != 2 or any(value.type.kind != "array" for value in arguments):
        return None
    keys, values = arguments
    kind = mapping(keys.type.of[0], values.type.of[0])
    grouped(Bound(kind.of[0], ""))
    return Bound(kind, f"CAST(keystone_map({keys.sql}, {values.sql}) AS {kind.duckdb})")


def _from_entries(value: Bound) -> Bound | None:
    entry = value.type.of[0]
    if entry.kind != "row" or len(entry.of) != 2:
        return None
    kind = mapping(*entry.of)
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
    grouped(Bound(entry.of[0], ""))
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "map entry cannot be null")
    keys = _once(f"list_transform({value.sql}, lambda e: e.f0)")
    held = f"list_transform(list_filter({value.sql}, lambda e: e.f0 = k), lambda e: e.f1)"
    made = f"CAST(keystone_map({keys}, list_transform({keys}, lambda k: {held})) AS {kind.duckdb})"
    null = f"len(list_filter({value.sql}, lambda e: e IS NULL)) > 0"
    return Bound(kind, f"(CASE WHEN {null} THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}) ELSE {made} END)")


def _reverse(value: Bound) -> Bound:
    return Bound(value.type, f"list_reverse({value.sql})")


ARRAYS: Final[Functions] = {
    "cardinality": [_cardinality],
    "element_at": [_element_at],
    "contains": [_contains],
    "array_distinct": [_of_array(_distinct)],
    "array_sort": [_of_array(_sorted)],
    "array_max": [_extreme("max")],
    "array_min": [_extreme("min")],
    "array_join": [_join],
    "array_position": [_position],
    "array_remove": [_removed],
    "array_union": [_union],
    "array_intersect": [_kept(if_there=True)],
    "array_except": [_kept(if_there=False)],
    "arrays_overlap": [_overlap],
    "concat": [_concat],
    "slice": [_slice],
    "trim_array": [_trimmed],
    "sequence": [_sequence],
    "flatten": [_of_array(_flatten)],
    "reverse": [_of_array(_reverse)],
    "zip": [_zip],
    "ngrams": [_ngrams],
    "map": [_map],
    "map_from_entries": [_of_array(_from_entries)],
    "multimap_from_entries": [_of_array(_multimap_from_entries)],
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
