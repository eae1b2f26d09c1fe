"""LIKE, and the functions of regular expressions."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, text
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, fitted, itself, like_first, scripted
from scenarios.targets.embedded.athena.sql.functions.regular import Regular, regular
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, INTEGER, VARCHAR, Type, array, varchar

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder


def like(binder: "Binder", node: Any) -> Bound:
    """Whether a text is as a pattern says, of % and _; nothing takes their meaning away but ESCAPE.

    Raises:
        SqlError: one of them is no text, or the escape is not one character.
    """
    escape = None
    if isinstance(node, exp.Escape):
        escape, node = binder.bind(node.expression), node.this
    value, pattern = binder.bind(node.this), binder.bind(node.expression)
    for side, kinds in ((value, ("varchar", "char", "unknown")), (pattern, ("varchar", "unknown"))):
        if side.type.kind not in kinds:
            raise SqlError("TYPE_MISMATCH", f"Both sides of LIKE must evaluate to a varchar, and not to {side.type}")
    value, pattern = coerced(value, VARCHAR), coerced(pattern, VARCHAR)
    # DuckDB, too, has no escape of its own.
    plain = f"({value.sql} LIKE {pattern.sql})"
    found = plain if escape is None else _LIKE(value.sql, pattern.sql, coerced(escape, VARCHAR).sql)
    return Bound(BOOLEAN, f"(NOT {found})" if node.args.get("negate") else found)


@cache
def _like_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    if len(escape) != 1:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    made, place = "", 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == escape:
            place += 1
            if place >= len(pattern) or pattern[place] not in ("%", "_", escape):
                raise Failed(
                    "INVALID_FUNCTION_ARGUMENT",
                    "Escape character must be followed by '%', '_' or the escape character itself",
                )
            made += re.escape(pattern[place])
        else:
            made += {"%": ".*", "_": "."}.get(letter) or re.escape(letter)
        place += 1
    return re.compile(made, re.DOTALL)


def _like(value: str, pattern: str, escape: str) -> bool:
    return _like_pattern(pattern, escape).fullmatch(value) is not None


def _group(found: re.Match[str], group: int) -> str | None:
    if group < 0 or group > (found.re.groups or 0):
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Pattern has {found.re.groups} groups. Cannot access group {group}")
    taken: str | None = found.group(group)
    return taken


def _checked(pattern: str, group: int) -> Regular:
    compiled = regular(pattern)
    if not 0 <= group <= compiled.groups:
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Pattern has {compiled.groups} groups. Cannot access group {group}")
    return compiled


def _matches(value: str, pattern: str) -> bool:
    return regular(pattern).first(value) is not None


def _extract(value: str, pattern: str, group: int) -> str | None:
    found = _checked(pattern, group).first(value)
    return found.group(group) if found else None


def _extract_all(value: str, pattern: str, group: int) -> list[str | None]:
    return [found.group(group) for found in _checked(pattern, group).found(value)]


def _replace(value: str, pattern: str, by: str) -> str:
    made, begin = "", 0
    for found in regular(pattern).found(value):
        made += value[begin : found.start()] + _filled(by, found)
        begin = found.end()
    return made + value[begin:]


_REFERENCE: Final = re.compile(r"\\(.)|\$(\d+)|\$\{(\w+)\}|(\$)|(\\$)", re.DOTALL)


def _filled(by: str, found: re.Match[str]) -> str:
    """A replacement with what its `$1` stand for; a backslash takes the meaning of the next letter away."""

    def one(part: re.Match[str]) -> str:
        if part[1]:
            return part[1]
        if part[2]:
            return _numbered(found, part[2])
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Illegal replacement sequence: unknown group")

    return _REFERENCE.sub(one, by)


def _numbered(found: re.Match[str], digits: str) -> str:
    """A group by its number, which has as many of the digits as there are groups for, as Joni's Trino has it."""
    group, taken = int(digits[0]), 1
    while taken < len(digits) and int(digits[: taken + 1]) <= found.re.groups:
        taken += 1
        group = int(digits[:taken])
    return (_group(found, group) or "") + digits[taken:]


def _split(value: str, pattern: str) -> list[str]:
    parts, begin = [], 0
    for found in regular(pattern).found(value):
        parts.append(value[begin : found.start()])
        begin = found.end()
    return [*parts, value[begin:]]


def _groups(value: str, pattern: str) -> list[list[str | None]]:
    return [list(found.groups()) for found in regular(pattern).found(value)]


def _count(value: str, pattern: str) -> int:
    return sum(1 for _ in regular(pattern).found(value))


def _position(value: str, pattern: str, start: int, occurrence: int) -> int:
    if start < 1 or occurrence < 1:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "start position and occurrence must be at least 1")
    if start > len(value):
        return -1
    for number, found in enumerate(regular(pattern).found(value, start - 1), 1):
        if number == occurrence:
            return found.start() + 1
    return -1


_LIKE: Final = Script(_like, ("VARCHAR", "VARCHAR", "VARCHAR"), "BOOLEAN")
_MATCHES: Final = Script(_matches, ("VARCHAR", "VARCHAR"), "BOOLEAN")
_EXTRACT: Final = Script(_extract, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR")
_EXTRACT_ALL: Final = Script(_extract_all, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR[]")
_REPLACE: Final = Script(_replace, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR")
_SPLIT: Final = Script(_split, ("VARCHAR", "VARCHAR"), "VARCHAR[]")
PIECES: Final = _SPLIT
GROUPS: Final = Script(_groups, ("VARCHAR", "VARCHAR"), "VARCHAR[][]")
_COUNT: Final = Script(_count, ("VARCHAR", "VARCHAR"), "BIGINT")
_POSITION: Final = Script(_position, ("VARCHAR", "VARCHAR", "BIGINT", "BIGINT"), "INTEGER")
SCRIPTS: Final = (_LIKE, _MATCHES, _EXTRACT, _EXTRACT_ALL, _REPLACE, _SPLIT, GROUPS, _COUNT, _POSITION)


def _replacement(kind: Type, by: Type) -> Type:
    """The type of a text after replacements, of which each may be at every place of it."""
    if not (kind.numbers and by.numbers):
        return VARCHAR
    length, added = kind.numbers[0], by.numbers[0]
    return varchar(min(2**31 - 1, length + max(length * added // 2, added) * (length + 1)))


def _regexp_replace(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 3 or not all(value.type.kind == "varchar" for value in arguments):
        return None
    value, pattern, by = arguments
    return Bound(_replacement(value.type, by.type), _REPLACE(value.sql, pattern.sql, by.sql))


PATTERNS: Final[Functions] = {
    "regexp_like": [scripted(BOOLEAN, [VARCHAR, VARCHAR], _MATCHES)],
    "regexp_extract": [
        like_first(itself, VARCHAR, made=lambda value, pattern: _EXTRACT(value, pattern, "0")),
        like_first(itself, VARCHAR, BIGINT, made=_EXTRACT),
    ],
    "regexp_extract_all": [
        like_first(array, VARCHAR, made=lambda value, pattern: _EXTRACT_ALL(value, pattern, "0")),
        like_first(array, VARCHAR, BIGINT, made=_EXTRACT_ALL),
    ],
    "regexp_replace": [
        like_first(itself, VARCHAR, made=lambda value, pattern: _REPLACE(value, pattern, text(""))),
        _regexp_replace,
    ],
    "regexp_split": [like_first(array, VARCHAR, made=_SPLIT)],
    "regexp_count": [scripted(BIGINT, [VARCHAR, VARCHAR], _COUNT)],
    "regexp_position": [
        fitted(lambda a: Bound(INTEGER, _POSITION(a[0].sql, a[1].sql, "1", "1")), VARCHAR, VARCHAR),
        fitted(lambda a: Bound(INTEGER, _POSITION(a[0].sql, a[1].sql, a[2].sql, "1")), VARCHAR, VARCHAR, BIGINT),
        scripted(INTEGER, [VARCHAR, VARCHAR, BIGINT, BIGINT], _POSITION),
    ],
}
