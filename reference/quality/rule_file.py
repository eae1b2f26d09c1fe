"""Files of rules: a YAML list, each rule a mapping of the keys that `rules.py` gives its kind."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from reference.errors import WrongRules
from reference.quality.predicate import reasons
from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique

DEFAULT: Final = Path(str(files("reference.quality") / "rules.yaml"))
MOST_CHARACTERS: Final = 256 * 1024
MOST_SQL_BYTES: Final = 50_000
"""Of the rules' conditions, which a statement has twice at most: Athena takes 262,144 bytes."""

_RULES: Final[TypeAdapter[tuple[Rule, ...]]] = TypeAdapter(tuple[Rule, ...])
_KINDS: Final[Mapping[str, type[Rule]]] = {
    "not-null": NotNull, "above": Above, "not-before": NotBefore, "one-of": OneOf, "unique": Unique,
}  # fmt: skip

Steps: TypeAlias = tuple[int | str, ...]
"""Indexes and keys from the file's top to a value."""


def read_rules(path: Path, columns: pa.Schema) -> tuple[Rule, ...]:
    """The rules in a file, for rows of these columns.

    Raises:
        WrongRules: it cannot be read, or says what is not allowed; the text has all that is wrong, with lines.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise WrongRules(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise WrongRules(f"{path} cannot be read: {error}") from None
    return parse_rules(text, columns, str(path))


def parse_rules(text: str, columns: pa.Schema, file: str) -> tuple[Rule, ...]:
    """The rules in a text, which errors call `file`; see read_rules."""
    if len(text) > MOST_CHARACTERS:
        raise WrongRules(f"{file} is too long, allowed are {MOST_CHARACTERS} characters")
    lines: dict[Steps, int] = {}
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        values = _value(node, (), lines, set()) if node else None
        # By way of JSON, since strict types admit a list for a tuple there, and nothing else that Python has.
        rules = _RULES.validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        problems = [f"{file}, line {_line(lines, steps)}: {told}" for steps, told in _told(error, values)]
        raise WrongRules("\n".join(problems)) from None
    # What YAML's loader makes of values that are none of their tag is any of these.
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, LookupError) as error:
        raise WrongRules(f"{file} is no file of rules: {error}") from None
    misfits = [
        f"{file}, line {_line(lines, (number, *steps))}: {told}"
        for number, rule in enumerate(rules)
        for steps, told in _misfits(rule, rules[:number], columns)
    ]
    if misfits or not rules:
        raise WrongRules("\n".join(misfits) or f"{file} has no rules, allowed is a list of one at least")
    if (size := len(reasons(rules).encode())) > MOST_SQL_BYTES:
        raise WrongRules(
            f"{file} comes to {size:,} bytes of SQL, allowed are {MOST_SQL_BYTES:,}: fewer or shorter values"
        )
    return rules


def _value(node: yaml.Node, steps: Steps, lines: dict[Steps, int], above: set[int]) -> Any:
    """What a node says, nothing twice; where each value stands goes into `lines`.

    Raises:
        ValueError: a key that is there twice, or an alias, which a file could use to be of any size.
    """
    if id(node) in above:
        raise ValueError(f"line {node.start_mark.line + 1}: an alias (*), allowed are values written out")
    above.add(id(node))
    lines.setdefault(steps, node.start_mark.line + 1)
    match node:
        case yaml.SequenceNode():
            return [_value(item, (*steps, number), lines, above) for number, item in enumerate(node.value)]
        case yaml.MappingNode():
            found: dict[str, Any] = {}
            for key, value in node.value:
                if key.value in found:
                    raise ValueError(f"line {key.start_mark.line + 1}: {key.value} is there twice, allowed is once")
                found[str(key.value)] = _value(value, (*steps, str(key.value)), lines, above)
            return found
        case _:
            return yaml.SafeLoader("").construct_object(node)


def _line(lines: Mapping[Steps, int], steps: Steps) -> int:
    """Where a value stands, or what it would stand in."""
    while steps and steps not in lines:
        steps = steps[:-1]
    return lines.get(steps, 1)


def _told(error: ValidationError, values: Any) -> Iterator[tuple[Steps, str]]:
    """What pydantic found, each with its place, in plain words."""
    for details in error.errors(include_url=False):
        # Below a rule's number pydantic names its kind, which is no key.
        steps = tuple(step for place, step in enumerate(details["loc"]) if not (place == 1 and step in _KINDS))
        yield steps, _in_words(details, steps, values)


def _in_words(details: ErrorDetails, steps: Steps, values: Any) -> str:
    if not steps:
        return f"the file holds {_shown(values)}, allowed is a list of rules"
    key = ".".join(map(str, steps[1:])) or "a rule"
    kind = values[steps[0]].get("rule") if isinstance(values[steps[0]], dict) else None
    match details["type"]:
        case "union_tag_invalid" | "union_tag_not_found":
            return f"rule is {_shown(kind)}, allowed are {', '.join(_KINDS)}{_like(kind, _KINDS)}"
        case "missing":
            return f"{key} is missing, needed by a rule {kind}"
        case "extra_forbidden":
            allowed = list(_KINDS[str(kind)].model_fields)
            return f"{key} is no key of a rule {kind}, allowed are {', '.join(allowed)}{_like(steps[-1], allowed)}"
        case known:
            allowed_here = f", allowed {_ALLOWED[known]}" if known in _ALLOWED else f": {details['msg']}"
            of_yaml = "; YAML has yes, NO, on for such: use quotes" if _is_text_as_bool(details) else ""
            return f"{key} is {_shown(details['input'])}{allowed_here}{of_yaml}"


def _is_text_as_bool(details: ErrorDetails) -> bool:
    return details["type"] == "string_type" and isinstance(details["input"], bool)


_ALLOWED: Final[Mapping[str, str]] = {
    "string_pattern_mismatch": "are lower-case letters, digits and hyphens",
    "string_type": "is a text",
    "string_too_short": "is a text of one character at least",
    "string_too_long": "is a text of 60 characters at most",
    "decimal_type": "is a number",
    "decimal_parsing": "is a number",
    "finite_number": "is a number that is finite",
    "tuple_type": "is a list",
    "too_short": "is a list of one at least",
    "too_long": "is a shorter list: 1,000 values or 16 columns",
    "decimal_max_digits": "are 15 digits",
    "decimal_max_places": "are 9 digits behind the point",
    "dict_type": "is a mapping with the keys name and rule",
}
"""What pydantic calls a mistake → what a file may say there."""


def _misfits(rule: Rule, before: Sequence[Rule], columns: pa.Schema) -> Iterator[tuple[Steps, str]]:
    """What is wrong with a rule that is fine by itself, each with its place in the rule."""
    if rule.name in {other.name for other in before}:
        yield ("name",), f"name is {rule.name!r}, which a rule before it has; allowed is another"
    if len(set(rule.columns)) < len(rule.columns):
        yield (), f"it names {' and '.join(rule.columns)}; allowed is each column once"
    places = list(zip(rule.columns, _places(rule), strict=True))
    unknown = [(name, place) for name, place in places if name not in columns.names]
    for name, place in unknown:
        yield place, f"column is {name!r}, allowed are {', '.join(columns.names)}{_like(name, columns.names)}"
    if unknown:
        return
    kinds = [columns.field(name).type for name in rule.columns]
    wanted, fits = _WANTED[rule.rule]
    for (name, place), kind in zip(places, kinds, strict=True):
        if not fits(kind):
            yield place, f"column {name} is of type {kind}, allowed for a rule {rule.rule} are columns of {wanted}"
    if isinstance(rule, NotBefore) and kinds[0] != kinds[1]:
        of_both = f"{rule.column} is of type {kinds[0]} and {rule.other} of {kinds[1]}"
        yield (), f"{of_both}, allowed are two of one type"


def _places(rule: Rule) -> Sequence[Steps]:
    """Where in a rule each of its columns stands."""
    match rule:
        case Unique():
            return [("columns", number) for number in range(len(rule.columns))]
        case NotBefore():
            return [("column",), ("other",)]
        case _:
            return [("column",)]


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind)


def _is_exact(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind) and not pa.types.is_floating(kind) and not pa.types.is_binary(kind)


_WANTED: Final[Mapping[str, tuple[str, Callable[[pa.DataType], bool]]]] = {
    "not-null": ("any type", lambda _kind: True),
    "above": ("numbers", _is_number),
    "not-before": ("times, whole numbers or amounts", lambda kind: _is_exact(kind) and not pa.types.is_string(kind)),
    "one-of": ("texts", pa.types.is_string),
    "unique": ("texts, times, whole numbers or amounts", _is_exact),
}


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)[:200]


def _like(given: object, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = get_close_matches(given, list(known), 1) if isinstance(given, str) else ()
    return f"; did you mean {near[0]}?" if near else ""
