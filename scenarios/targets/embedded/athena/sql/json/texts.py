"""JSON as its text, in the form that Trino gives it: no blanks, numbers as Java writes them."""

import json
import re
from functools import cache
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.casts.floats import shown
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script

_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\U00010000-\U0010ffff]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_STEP: Final = re.compile(r'\.([\w:]+)|\["((?:[^"\\]|\\["\\])*)"\]|\[(\w+)\]')


class Number(str):
    """A number as it was written."""

    __slots__ = ()

    def canonical(self) -> str:
        """As Java writes it.

        Raises:
            Failed: it is too large for a double.
        """
        if self.lstrip("-").isdigit():
            return str(int(self))
        value = float(self)
        if value in (float("inf"), float("-inf")):
            raise Failed("NOT_SUPPORTED", f"the number {self} in JSON is not supported here")
        return shown(value)


class Pairs(list[tuple[str, Any]]):
    """An object's keys and values, in their order; a key may be there twice."""


def loaded(text: str) -> Any:
    """JSON as texts, numbers, lists, Pairs, booleans and None.

    Raises:
        ValueError: it is none.
    """
    return json.loads(
        text, parse_float=Number, parse_int=Number, parse_constant=_refused, object_pairs_hook=Pairs, strict=True
    )


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def dumped(value: Any, *, in_order: bool) -> str:
    """Its text; with `in_order`, objects have their keys in order, and each once, with the last of its values."""
    if isinstance(value, Number):
        return value.canonical()
    if isinstance(value, Pairs):
        pairs = sorted(dict(value).items()) if in_order else value
        return "{" + ",".join(f"{quoted(key)}:{dumped(held, in_order=in_order)}" for key, held in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumped(element, in_order=in_order) for element in value) + "]"
    if isinstance(value, str):
        return quoted(value)
    return {True: "true", False: "false", None: "null"}[value]


def quoted(value: str) -> str:
    """A text as JSON has it, letters that are two to Java as both of their halves."""
    return '"' + _ESCAPED.sub(_escaped, value) + '"'


def _escaped(found: re.Match[str]) -> str:
    if found[0] in _SHORT:
        return _SHORT[found[0]]
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex().upper()}" for at in range(0, len(units), 2))


@cache
def steps(path: str) -> tuple[str, ...]:
    """The keys and places that a path leads through.

    Raises:
        Failed: it is none.
    """
    if not path.startswith("$"):
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'")
    found, end = [], 1
    while end < len(path):
        step = _STEP.match(path, end)
        if step is None:
            raise Failed("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'")
        quoted_key = step[2]
        found.append(step[1] or step[3] or re.sub(r"\\(.)", r"\1", quoted_key or ""))
        end = step.end()
    return tuple(found)


class Nothing:
    """There is no such value."""


def found(text: str, path: str) -> Any:
    """The value at a path; Nothing if there is none, or the text is no JSON.

    Raises:
        Failed: the text only begins as JSON, and Trino may find a value in that beginning.
    """
    way = steps(path)
    try:
        value = loaded(text)
    except ValueError:
        if text.lstrip()[:1] in ("{", "["):
            raise Failed("NOT_SUPPORTED", "a value out of broken JSON is not supported here") from None
        return Nothing
    for step in way:
        if isinstance(value, Pairs):
            value = next((held for key, held in value if key == step), Nothing)
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else Nothing
        else:
            return Nothing
    return value


def _parse(value: str) -> str:
    try:
        return dumped(loaded(value), in_order=True)
    except ValueError:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Cannot convert value to JSON: '{value}'") from None


def _extract(value: str, path: str) -> str | None:
    taken = found(value, path)
    return None if taken is Nothing else dumped(taken, in_order=False)


def _extract_scalar(value: str, path: str) -> str | None:
    taken = found(value, path)
    if taken is Nothing or taken is None or isinstance(taken, list):
        return None
    return taken if isinstance(taken, str) else str(taken).lower()


def _array(value: str) -> Any:
    taken = found(value, "$")
    return taken if isinstance(taken, list) and not isinstance(taken, Pairs) else None


def _array_length(value: str) -> int | None:
    taken = _array(value)
    return None if taken is None else len(taken)


def _array_get(value: str, index: int) -> str | None:
    taken = _array(value)
    if taken is None or not -len(taken) <= index < len(taken) or taken[index] is None:
        return None
    return taken[index] if isinstance(taken[index], str) else dumped(taken[index], in_order=False)


def _size(value: str, path: str) -> int | None:
    taken = found(value, path)
    return None if taken is Nothing else len(taken) if isinstance(taken, list) else 0


def _is_scalar(value: str) -> bool:
    try:
        return not isinstance(loaded(value), list)
    except ValueError:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON value: {value}") from None


def _contains_text(value: str, wanted: str) -> bool | None:
    taken = _array(value)
    return None if taken is None else any(type(element) is str and element == wanted for element in taken)


def _contains_number(value: str, wanted: float) -> bool | None:
    taken = _array(value)
    return (
        None
        if taken is None
        else any(
            isinstance(element, Number) and not element.lstrip("-").isdigit() and float(element) == wanted
            for element in taken
        )
    )


def _contains_whole(value: str, wanted: int) -> bool | None:
    taken = _array(value)
    return (
        None
        if taken is None
        else any(
            isinstance(element, Number) and element.lstrip("-").isdigit() and int(element) == wanted
            for element in taken
        )
    )


def _contains_boolean(value: str, wanted: bool) -> bool | None:
    taken = _array(value)
    return None if taken is None else any(element is wanted for element in taken)


def _quoted_text(value: str) -> str:
    return quoted(value)


PARSE: Final = Script(_parse, ("VARCHAR",), "VARCHAR")
EXTRACT: Final = Script(_extract, ("VARCHAR", "VARCHAR"), "VARCHAR")
EXTRACT_SCALAR: Final = Script(_extract_scalar, ("VARCHAR", "VARCHAR"), "VARCHAR")
ARRAY_LENGTH: Final = Script(_array_length, ("VARCHAR",), "BIGINT")
ARRAY_GET: Final = Script(_array_get, ("VARCHAR", "BIGINT"), "VARCHAR")
SIZE: Final = Script(_size, ("VARCHAR", "VARCHAR"), "BIGINT")
IS_SCALAR: Final = Script(_is_scalar, ("VARCHAR",), "BOOLEAN")
CONTAINS: Final = {
    "varchar": Script(_contains_text, ("VARCHAR", "VARCHAR"), "BOOLEAN"),
    "double": Script(_contains_number, ("VARCHAR", "DOUBLE"), "BOOLEAN"),
    "bigint": Script(_contains_whole, ("VARCHAR", "BIGINT"), "BOOLEAN"),
    "boolean": Script(_contains_boolean, ("VARCHAR", "BOOLEAN"), "BOOLEAN"),
}
QUOTED: Final = Script(_quoted_text, ("VARCHAR",), "VARCHAR")
SCRIPTS: Final = (
    *(PARSE, EXTRACT, EXTRACT_SCALAR, ARRAY_LENGTH, ARRAY_GET, SIZE, IS_SCALAR, QUOTED),
    *CONTAINS.values(),
)
