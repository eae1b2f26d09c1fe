"""Functions that take a lambda."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, condition, let, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.functions import patterns
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, UNKNOWN, VARCHAR, Type, array, common, mapping

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

Called: TypeAlias = Callable[["Binder", Sequence[Any]], Bound]


def _body(binder: "Binder", node: Any, *arguments: Bound) -> Bound:
    """What a lambda gives of some values."""
    if not isinstance(node, exp.Lambda):
        raise SqlError("FUNCTION_NOT_FOUND", f"a lambda of {len(arguments)} arguments belongs here")
    if len(node.expressions) != len(arguments):
        said = f"Expected a lambda that takes {len(arguments)} argument(s) but got {len(node.expressions)}"
        raise SqlError("INVALID_PARAMETER_USAGE", said)
    names = [argument.name.lower() for argument in node.expressions]
    made = binder.within(dict(zip(names, arguments, strict=True))).bind(node.this)
    if made.type == UNKNOWN:
        raise not_supported("a lambda that gives NULL without a type")
    return made


def _elements(binder: "Binder", node: Any, name: str) -> tuple[Bound, Type]:
    value = binder.bind(node)
    if value.type.kind != "array":
        raise _unfit(value, name)
    return value, value.type.of[0]


def _pairs(binder: "Binder", node: Any, name: str) -> tuple[Bound, Type, Type]:
    value = binder.bind(node)
    if value.type.kind != "map":
        raise _unfit(value, name)
    return value, value.type.of[0], value.type.of[1]


def _unfit(value: Bound, name: str) -> SqlError:
    if value.type == UNKNOWN:
        return not_supported(f"{name} of NULL without a type")
    return SqlError("FUNCTION_NOT_FOUND", f"Unexpected parameters ({value.type}, …) for function {name}")


def _counted(nodes: Sequence[Any], count: int, name: str) -> Sequence[Any]:
    if len(nodes) != count:
        raise SqlError("FUNCTION_NOT_FOUND", f"function {name} takes {count} arguments")
    return nodes


def _transform(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    values, made = _counted(nodes, 2, "transform")
    value, kind = _elements(binder, values, "transform")
    name = unique("x")
    element = _body(binder, made, Bound(kind, name))
    of = array(element.type)
    return Bound(of, f"CAST(list_transform({value.sql}, lambda {name}: {element.sql}) AS {of.duckdb})")


def _filter(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    values, test = _counted(nodes, 2, "filter")
    value, kind = _elements(binder, values, "filter")
    name = unique("x")
    kept = condition(_body(binder, test, Bound(kind, name)), "lambda")
    return Bound(value.type, f"list_filter({value.sql}, lambda {name}: coalesce({kept.sql}, FALSE))")


def _match(name: str, sql: str) -> Called:
    def made(binder: "Binder", nodes: Sequence[Any]) -> Bound:
        values, test = _counted(nodes, 2, name)
        value, kind = _elements(binder, values, name)
        variable = unique("x")
        kept = condition(_body(binder, test, Bound(kind, variable)), "lambda")
        each = f"list_transform({value.sql}, lambda {variable}: {kept.sql})"
        return Bound(BOOLEAN, sql.format(each))

    return made


def _reduce(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    values, begin, step, end = _counted(nodes, 4, "reduce")
    value, kind = _elements(binder, values, "reduce")
    start = binder.bind(begin)
    state, element = unique("s"), unique("x")
    moved = _body(binder, step, Bound(start.type, state), Bound(kind, element))
    of = common(start.type, moved.type)
    if of is None:
        raise SqlError("TYPE_MISMATCH", f"reduce goes from {start.type} to {moved.type}")
    if of != start.type:
        moved = _body(binder, step, Bound(of, state), Bound(kind, element))
        if common(of, moved.type) != of:
            raise not_supported(f"reduce from {start.type} to {moved.type}")
    # The state is the only element of each list but the first, so that it may have a type of its own.
    wrapped = (
        f"list_transform({value.sql}, lambda {element}: struct_pack(s := CAST(NULL AS {of.duckdb}), x := {element}))"
    )
    first = f"struct_pack(s := {coerced(start, of).sql}, x := CAST(NULL AS {kind.duckdb}))"
    a, b = unique("a"), unique("b")
    body = coerced(_body(binder, step, Bound(of, f"{a}.s"), Bound(kind, f"{b}.x")), of).sql
    folded = f"list_reduce(list_prepend({first}, {wrapped}), lambda {a}, {b}: struct_pack(s := {body}, x := {b}.x)).s"
    return _body(binder, end, Bound(of, f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE {folded} END)"))


def _zip_with(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    left, right, made = _counted(nodes, 3, "zip_with")
    (ours, kind), (theirs, other) = _elements(binder, left, "zip_with"), _elements(binder, right, "zip_with")
    place = unique("i")
    element = _body(binder, made, Bound(kind, f"{ours.sql}[{place}]"), Bound(other, f"{theirs.sql}[{place}]"))
    of = array(element.type)
    longest = f"greatest(len({ours.sql}), len({theirs.sql}))"
    each = f"list_transform(range(1, {longest} + 1), lambda {place}: {element.sql})"
    either = f"{ours.sql} IS NULL OR {theirs.sql} IS NULL"
    return Bound(of, f"(CASE WHEN {either} THEN NULL ELSE CAST({each} AS {of.duckdb}) END)")


def _map_filter(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    pairs, test = _counted(nodes, 2, "map_filter")
    value, key, held = _pairs(binder, pairs, "map_filter")
    entry = unique("e")
    kept = condition(_body(binder, test, Bound(key, f"{entry}.key"), Bound(held, f"{entry}.value")), "lambda")
    entries = f"list_filter(map_entries({value.sql}), lambda {entry}: coalesce({kept.sql}, FALSE))"
    return Bound(value.type, f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE map_from_entries({entries}) END)")


def _transform_values(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    pairs, made = _counted(nodes, 2, "transform_values")
    value, key, held = _pairs(binder, pairs, "transform_values")
    entry = unique("e")
    changed = _body(binder, made, Bound(key, f"{entry}.key"), Bound(held, f"{entry}.value"))
    of = mapping(key, changed.type)
    values = f"list_transform(map_entries({value.sql}), lambda {entry}: {changed.sql})"
    return Bound(
        of,
        f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE CAST(map(map_keys({value.sql}), {values}) AS {of.duckdb}) END)",
    )


def _transform_keys(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    pairs, made = _counted(nodes, 2, "transform_keys")
    value, key, held = _pairs(binder, pairs, "transform_keys")
    entry = unique("e")
    changed = _body(binder, made, Bound(key, f"{entry}.key"), Bound(held, f"{entry}.value"))
    of = mapping(changed.type, held)
    keys = f"list_transform(map_entries({value.sql}), lambda {entry}: {changed.sql})"
    made_sql = f"keystone_map({keys}, map_values({value.sql}))"
    return Bound(of, f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE CAST({made_sql} AS {of.duckdb}) END)")


def _map_zip_with(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    left, right, made = _counted(nodes, 3, "map_zip_with")
    (ours, key, held), (theirs, other_key, other) = (_pairs(binder, node, "map_zip_with") for node in (left, right))
    if key != other_key:
        raise not_supported(f"map_zip_with of {ours.type} and {theirs.type}")
    name = unique("k")
    element = _body(
        binder, made, Bound(key, name), Bound(held, f"{ours.sql}[{name}]"), Bound(other, f"{theirs.sql}[{name}]")
    )
    of = mapping(key, element.type)
    new = f"list_filter(map_keys({theirs.sql}), lambda n: NOT map_contains({ours.sql}, n))"
    keys = f"list_concat(map_keys({ours.sql}), {new})"
    values = f"list_transform({keys}, lambda {name}: {element.sql})"
    either = f"{ours.sql} IS NULL OR {theirs.sql} IS NULL"
    return Bound(of, f"(CASE WHEN {either} THEN NULL ELSE CAST(map({keys}, {values}) AS {of.duckdb}) END)")


def _regexp_replace(binder: "Binder", nodes: Sequence[Any]) -> Bound:
    """Each match by what the lambda makes of its groups."""
    text, pattern, made = _counted(nodes, 3, "regexp_replace")
    values = [coerced(binder.bind(node), VARCHAR) for node in (text, pattern)]
    place, found, pieces, parts = unique("i"), unique("g"), unique("p"), unique("l")
    groups = f"{found}[{place}]"
    replaced = coerced(_body(binder, made, Bound(array(VARCHAR), groups)), VARCHAR)
    # There is one piece more than there are matches.
    each = f"{pieces}[{place}] || CASE WHEN {groups} IS NULL THEN '' ELSE {replaced.sql} END"
    each = f"list_transform(range(1, len({pieces}) + 1), lambda {place}: {each})"
    # DuckDB leaves out what is NULL.
    null = f"{parts} IS NULL OR len(list_filter({parts}, lambda p: p IS NULL)) > 0"
    joined = f"CASE WHEN {null} THEN NULL ELSE array_to_string({parts}, '') END"

    def written(value: str, expression: str) -> str:
        sql = f"list_transform([{each}], lambda {parts}: {joined})[1]"
        sql = f"list_transform([{patterns.PIECES(value, expression)}], lambda {pieces}: {sql})[1]"
        return f"list_transform([{patterns.GROUPS(value, expression)}], lambda {found}: {sql})[1]"

    return Bound(VARCHAR, let(values, written))


LAMBDAS: Final[Mapping[str, Called]] = {
    "transform": _transform,
    "filter": _filter,
    "any_match": _match("any_match", "(NOT keystone_all(list_transform({0}, lambda b: NOT b)))"),
    "all_match": _match("all_match", "keystone_all({0})"),
    "none_match": _match("none_match", "keystone_all(list_transform({0}, lambda b: NOT b))"),
    "reduce": _reduce,
    "zip_with": _zip_with,
    "map_filter": _map_filter,
    "transform_values": _transform_values,
    "transform_keys": _transform_keys,
    "map_zip_with": _map_zip_with,
    "regexp_replace": _regexp_replace,
}
