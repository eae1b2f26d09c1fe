"""Which values a place in a scenario takes, in plain words; read off the JSON Schema, so that it has one source."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from chaos.fault import PART_PATTERN
from scenarios.model.json_schema import json_schema
from scenarios.model.scenario import EVENTS_PATTERN, NAME_PATTERN, STORY_PATTERN

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes from a scenario's top to a value."""

_PATTERNS: Final = {
    PART_PATTERN: "kafka, s3 (on disk), ingest, postgres, pgbouncer or writer-N (N from 1)",
    EVENTS_PATTERN: "olist, olist:N (N from 1 to 999999999), generated, generated:N, csv:DIR, jsonl:FILE, parquet:FILE",
    NAME_PATTERN: "a name of lower-case letters, digits and hyphens",
    STORY_PATTERN: "one line of at most 200 characters that ends with a full stop",
}


def locate(steps: Sequence[str | int]) -> tuple[Path, dict[str, Any]]:
    """The path of a value and its schema, {} where nothing is allowed.

    Args:
        steps: where pydantic found an error. Unlike a path they also name the kind of a fault that they lead into.
    """
    path: list[str | int] = []
    schema = _resolved(json_schema())
    for step in steps:
        kinds = schema.get("discriminator", {}).get("mapping", {})
        if step in kinds:
            schema = _resolved({"$ref": kinds[step]})
            continue
        path.append(step)
        below = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
        schema = _resolved(schema.get("items") if isinstance(step, int) else below)
    return tuple(path), schema


def in_words(schema: dict[str, Any]) -> str:
    """What the schema allows: `a number above 0 and at most 600`."""
    words = _without_null(schema)
    return f"{words} or null" if "null" in schema else words


def keys(schema: dict[str, Any]) -> list[str]:
    """The keys that a mapping may have."""
    return list(schema.get("properties", ())) or schema.get("propertyNames", {}).get("enum", [])


def fault_kinds(schema: dict[str, Any]) -> list[str]:
    """The names of all faults, of the schema of one."""
    return list(schema["discriminator"]["mapping"])


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing if no known word comes close."""
    near = difflib.get_close_matches(str(given), list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def dotted(path: Path) -> str:
    """The path as `--set` takes it."""
    return ".".join(map(str, path))


def _resolved(schema: Any) -> dict[str, Any]:
    """The schema behind references, and without the alternative null, which is noted in its place."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved(json_schema()["$defs"][name])
    if "anyOf" in schema:
        return _resolved(schema["anyOf"][0]) | {"null": True}
    return schema


def _without_null(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "integer" | "number" as kind:
            return f"a {'whole ' if kind == 'integer' else ''}number{_range(schema)}"
        case "string":
            return _text(schema)
        case "array":
            return f"a list{_length(schema)}"
        case _:
            return _mapping(schema)


def _text(schema: dict[str, Any]) -> str:
    if schema.get("format") == "date":
        return "a date such as 2018-08-31"
    return _PATTERNS.get(schema.get("pattern", ""), f"text of 1 to {schema.get('maxLength')} characters")


def _mapping(schema: dict[str, Any]) -> str:
    if "discriminator" in schema:
        return f"a mapping whose key fault is one of {', '.join(fault_kinds(schema))}"
    return f"a mapping with keys among {', '.join(keys(schema))}" if keys(schema) else "a mapping of dotted keys"


def _range(schema: dict[str, Any]) -> str:
    above = schema.get("exclusiveMinimum")
    least = f"above {_number(above)}" if above is not None else f"from {_number(schema['minimum'])}"
    most = schema.get("maximum")
    if most is None:
        return f" {least}"
    return f" {least} {'and at most' if above is not None else 'to'} {_number(most)}"


def _length(schema: dict[str, Any]) -> str:
    return f" of {schema['minItems']} to {schema['maxItems']} entries" if "minItems" in schema else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
