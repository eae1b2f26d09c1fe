"""Functions that take a text apart."""

from collections.abc import Iterator
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, fitted, itself, like_first
from scenarios.targets.embedded.athena.sql.functions.texts import MOST
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR, array, mapping


def _split(value: str, delimiter: str, limit: int) -> list[str]:
    if limit <= 0:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Limit must be positive")
    if not delimiter:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "The delimiter may not be the empty string")
    return value.split(delimiter, limit - 1)


def _split_part(value: str, delimiter: str, index: int) -> str | None:
    if index <= 0:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Index must be greater than zero")
    parts = value.split(delimiter) if delimiter else list(value)
    return parts[index - 1] if index <= len(parts) else None


def _split_to_map(value: str, between: str, within: str) -> dict[str, list[str]]:
    pairs: dict[str, str] = {}
    for key, held in _entries(value, between, within):
        if key in pairs:
            raise Failed("INVALID_FUNCTION_ARGUMENT", f"Duplicate keys ({key}) are not allowed")
        pairs[key] = held
    return {"key": list(pairs), "value": list(pairs.values())}


def _entries(value: str, between: str, within: str) -> Iterator[tuple[str, str]]:
    """Keys and values; nothing stands behind a delimiter at the end."""
    if not between or not within or between == within:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "entryDelimiter and keyValueDelimiter must not be the same or empty")
    for entry in value.removesuffix(between).split(between) if value else []:
        if entry.count(within) != 1:
            raise Failed(
                "INVALID_FUNCTION_ARGUMENT",
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'",
            )
        key, _, held = entry.partition(within)
        yield key, held


def _split_to_multimap(value: str, between: str, within: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for key, held in _entries(value, between, within):
        found.setdefault(key, []).append(held)
    return {"key": list(found), "value": list(found.values())}


_SPLIT: Final = Script(_split, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR[]")


_SPLIT_PART: Final = Script(_split_part, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR")


_SPLIT_TO_MAP: Final = Script(
    _split_to_map, ("VARCHAR", "VARCHAR", "VARCHAR"), "STRUCT(key VARCHAR[], value VARCHAR[])"
)


_SPLIT_TO_MULTIMAP: Final = Script(
    _split_to_multimap, ("VARCHAR", "VARCHAR", "VARCHAR"), "STRUCT(key VARCHAR[], value VARCHAR[][])"
)


SCRIPTS: Final = (
    _SPLIT,
    _SPLIT_PART,
    _SPLIT_TO_MAP,
    _SPLIT_TO_MULTIMAP,
)


SPLITTING: Final[Functions] = {
    "split": [
        like_first(array, VARCHAR, made=lambda value, by: _SPLIT(value, by, str(MOST))),
        like_first(array, VARCHAR, BIGINT, made=_SPLIT),
    ],
    "split_part": [like_first(itself, VARCHAR, BIGINT, made=_SPLIT_PART)],
    "split_to_map": [
        fitted(
            lambda a: Bound(mapping(VARCHAR, VARCHAR), _pairs(_SPLIT_TO_MAP(*(value.sql for value in a)))),
            *(VARCHAR, VARCHAR, VARCHAR),
        )
    ],
    "split_to_multimap": [
        fitted(
            lambda a: Bound(mapping(VARCHAR, array(VARCHAR)), _pairs(_SPLIT_TO_MULTIMAP(*(v.sql for v in a)))),
            *(VARCHAR, VARCHAR, VARCHAR),
        )
    ],
}


def _pairs(packed: str) -> str:
    return f"(CASE WHEN {packed} IS NULL THEN NULL ELSE map({packed}.key, {packed}.value) END)"
