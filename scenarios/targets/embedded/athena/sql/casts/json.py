"""Casts to JSON, and from it."""

from collections.abc import Callable
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.bound import Bound, failing, field_of, mapped, text, unique
from scenarios.targets.embedded.athena.sql.casts import floats, texts
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.json.texts import QUOTED, Number, Pairs, dumped, loaded
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import DOUBLE, REAL, VARCHAR, Type

_SCALAR_KEYS: Final = ("varchar", "boolean", "tinyint", "smallint", "integer", "bigint")


def to_json(value: Bound, _to: Type) -> str | None:
    """The value as JSON; None for a type that has no form there."""
    kind = value.type
    if kind.kind in ("tinyint", "smallint", "integer", "bigint", "boolean", "decimal"):
        return texts.as_text(value)
    if kind.is_float:
        shown = floats.SHOWN_REAL(value.sql) if kind == REAL else floats.SHOWN(value.sql)
        return f"CASE WHEN isfinite({value.sql}) THEN {shown} ELSE {QUOTED(shown)} END"
    if kind.kind == "varchar":
        return QUOTED(value.sql)
    if kind.kind in ("date", "timestamp"):
        return QUOTED(texts.as_text(value) or "")
    return _FORMS[kind.kind](value) if kind.kind in _FORMS else None


def _inner(value: Bound) -> str:
    """A value inside of another, where NULL is written out."""
    made = value.sql if value.type.kind == "json" else to_json(value, value.type)
    if made is None and value.type.kind != "unknown":
        raise SqlError("TYPE_MISMATCH", f"Cannot cast {value.type} to json")
    return f"coalesce({made or 'NULL'}, 'null')"


def _array(value: Bound) -> str:
    each = mapped(value.sql, lambda element: _inner(Bound(value.type.of[0], element)))
    joined = f"'[' || coalesce(array_to_string({each}, ','), '') || ']'"
    return f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE {joined} END)"


def _map(value: Bound) -> str:
    key, held = value.type.of
    if key.kind not in _SCALAR_KEYS:
        raise not_supported(f"a cast from {value.type} to json")
    entry = unique("e")
    name = f"{entry}.key" if key.kind == "varchar" else texts.as_text(Bound(key, f"{entry}.key"))
    pair = f"struct_pack(k := {name}, t := {QUOTED(name or '')} || ':' || {_inner(Bound(held, f'{entry}.value'))})"
    pairs = f"list_sort(list_transform(map_entries({value.sql}), lambda {entry}: {pair}))"
    joined = f"'{{' || coalesce(array_to_string(list_transform({pairs}, lambda p: p.t), ','), '') || '}}'"
    return f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE {joined} END)"


def _row(value: Bound) -> str:
    fields = [
        f"{text(dumped(name or '', in_order=True) + ':')} || {_inner(field_of(value, place))}"
        for place, name in enumerate(value.type.names)
    ]
    joined = " || ',' || ".join(fields)
    return f"(CASE WHEN {value.sql} IS NULL THEN NULL ELSE '{{' || {joined} || '}}' END)"


_FORMS: Final[dict[str, Callable[[Bound], str]]] = {"array": _array, "map": _map, "row": _row}


def of_json(value: Bound, to: Type, cast: Callable[[Bound, Type], Bound]) -> Bound:
    """JSON as a value of a type; JSON's null is NULL.

    Args:
        cast: for what a text has to become.

    Raises:
        SqlError: no JSON ever is one.
    """
    if to.kind == "json":
        return value
    if to.of:
        return _parts_of_json(value, to, cast)
    if to.kind not in (*_SCALAR_KEYS, "double", "real", "decimal"):
        raise SqlError("TYPE_MISMATCH", f"Cannot cast json to {to}")
    if to.numbers and to.kind == "varchar":
        raise not_supported(f"a cast from json to {to}")
    kind, scalar = KIND(value.sql), Bound(VARCHAR, TEXT(value.sql))
    wrong = failing("INVALID_CAST_ARGUMENT", "Cannot cast '", value.sql, f"' to {to}")
    arms = {
        "null": "NULL",
        "boolean": _of_boolean(scalar, to, cast),
        "number": _of_number(scalar, kind, to, cast),
        "string": cast(scalar, to).sql,
    }
    cases = " ".join(f"WHEN '{name}' THEN {sql}" for name, sql in arms.items())
    plain = f"CASE WHEN {kind} IN ('whole', 'fraction') THEN 'number' ELSE {kind} END"
    return Bound(
        to, f"CAST(CASE ({plain}) {cases} ELSE CAST(CAST({wrong} AS VARCHAR) AS {to.duckdb}) END AS {to.duckdb})"
    )


def _of_boolean(scalar: Bound, to: Type, cast: Callable[[Bound, Type], Bound]) -> str:
    if to == VARCHAR:
        return scalar.sql
    return cast(Bound(Type("boolean"), f"({scalar.sql} = 'true')"), to).sql


def _of_number(scalar: Bound, kind: str, to: Type, cast: Callable[[Bound, Type], Bound]) -> str:
    if to == VARCHAR:
        return NUMBER_TEXT(scalar.sql)
    if to.kind in ("double", "real", "decimal"):
        return cast(scalar, to).sql
    wrong = failing("INVALID_CAST_ARGUMENT", "Cannot cast '", scalar.sql, f"' to {to}")
    fits = f"TRY_CAST({scalar.sql} AS {to.duckdb})"
    whole = f"(CASE WHEN {fits} IS NULL THEN {wrong} ELSE {fits} END)"
    number = Bound(DOUBLE, f"TRY_CAST({scalar.sql} AS DOUBLE)")
    if to.kind == "boolean":
        is_too_large = f"{kind} = 'whole' AND TRY_CAST({scalar.sql} AS BIGINT) IS NULL"
        return f"(CASE WHEN {is_too_large} THEN CAST({wrong} AS BOOLEAN) ELSE {cast(number, to).sql} END)"
    return f"(CASE WHEN {kind} = 'whole' THEN {whole} ELSE {cast(number, to).sql} END)"


def _parts_of_json(value: Bound, to: Type, cast: Callable[[Bound, Type], Bound]) -> Bound:
    wanted = {"array": "array", "map": "object"}.get(to.kind)
    kind = KIND(value.sql)
    wrong = failing("INVALID_CAST_ARGUMENT", f"Cannot cast to {to}: ", value.sql)
    failure = f"CAST(CAST({wrong} AS VARCHAR) AS {to.duckdb})"
    if to.kind == "row":
        taken = FIELDS(value.sql, text("\0".join(name or "" for name in to.names)))
        fields = [_inner_of_json(f"{taken}[{place + 1}]", part, cast) for place, part in enumerate(to.of)]
        packed = ", ".join(f"f{place} := {field}" for place, field in enumerate(fields))
        made, test = f"struct_pack({packed})", f"{kind} IN ('array', 'object')"
    elif to.kind == "array":
        made = mapped(ELEMENTS(value.sql), lambda element: _inner_of_json(element, to.of[0], cast))
        test = f"{kind} = '{wanted}'"
    else:
        key, held = to.of
        keys = mapped(KEYS(value.sql), lambda name: cast(Bound(VARCHAR, name), key).sql)
        values = mapped(ELEMENTS(value.sql), lambda element: _inner_of_json(element, held, cast))
        made, test = f"map({keys}, {values})", f"{kind} = '{wanted}'"
    null = f"{value.sql} IS NULL OR {kind} = 'null'"
    return Bound(to, f"CAST(CASE WHEN {null} THEN NULL WHEN {test} THEN {made} ELSE {failure} END AS {to.duckdb})")


def _inner_of_json(element: str, to: Type, cast: Callable[[Bound, Type], Bound]) -> str:
    if to.kind == "json":
        return element
    return of_json(Bound(Type("json"), element), to, cast).sql


def _kind(value: str) -> str:
    found = loaded(value)
    if isinstance(found, Number):
        return "whole" if found.lstrip("-").isdigit() else "fraction"
    kinds: dict[Any, str] = {Pairs: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds[type(found)]


def _text(value: str) -> str | None:
    found = loaded(value)
    if isinstance(found, bool):
        return "true" if found else "false"
    return found if isinstance(found, str) else None


def _number_text(value: str) -> str:
    number = Number(value)
    return number.canonical() if number.lstrip("-").isdigit() else floats.written(float(number))


def _elements(value: str) -> list[str]:
    found = loaded(value)
    if isinstance(found, Pairs):
        return [dumped(held, in_order=True) for held in dict(found).values()]
    return [dumped(element, in_order=True) for element in found] if isinstance(found, list) else []


def _keys(value: str) -> list[str]:
    found = loaded(value)
    return list(dict(found)) if isinstance(found, Pairs) else []


def _fields(value: str, names: str) -> list[str | None]:
    """Of an object, by name, in whatever case, None where there is none; of an array, by place."""
    found, wanted = loaded(value), names.split("\0")
    if isinstance(found, Pairs):
        held = {key.lower(): element for key, element in found}
        if len(held) < len({key for key, _ in found}) and any(_twice(name, found) for name in wanted):
            raise Failed("INVALID_CAST_ARGUMENT", "Cannot cast to a row: duplicate field")
        return [dumped(held[name], in_order=True) if name in held else None for name in wanted]
    places = found if isinstance(found, list) else [None] * len(wanted)
    if len(places) != len(wanted):
        raise Failed("INVALID_CAST_ARGUMENT", f"Cannot cast to a row: {len(places)} elements for {len(wanted)} fields")
    return [dumped(element, in_order=True) for element in places]


def _twice(name: str, found: Pairs) -> bool:
    return len({key for key, _ in found if key.lower() == name}) > 1


KIND: Final = Script(_kind, ("VARCHAR",), "VARCHAR")
TEXT: Final = Script(_text, ("VARCHAR",), "VARCHAR")
NUMBER_TEXT: Final = Script(_number_text, ("VARCHAR",), "VARCHAR")
ELEMENTS: Final = Script(_elements, ("VARCHAR",), "VARCHAR[]")
KEYS: Final = Script(_keys, ("VARCHAR",), "VARCHAR[]")
FIELDS: Final = Script(_fields, ("VARCHAR", "VARCHAR"), "VARCHAR[]")
SCRIPTS: Final = (KIND, TEXT, NUMBER_TEXT, ELEMENTS, KEYS, FIELDS)
