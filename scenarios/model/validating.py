"""Plain values to a Scenario, with errors in plain language."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenarios.model import allowed
from scenarios.model.allowed import Path, dotted
from scenarios.model.errors import InvalidScenario, Place, Problem
from scenarios.model.scenario import NAME_PATTERN, Scenario, ScenarioKeys

Locate: TypeAlias = Callable[[Path], Place]
"""Where the value at a path was given, or would have been."""

NAME_ALLOWED = "lower-case letters, digits and hyphens, then .yaml"
WHOLE_ALLOWED = "a mapping of keys to values; keystone init writes one"


def validate(values: Any, name: str, where: Locate) -> Scenario:
    """The scenario that the values describe.

    Args:
        values: as parsed, of any form.
        where: for errors.

    Raises:
        InvalidScenario: they describe none; it has all that is wrong with them.
    """
    problems = [] if re.fullmatch(NAME_PATTERN, name) else [_bad_name(name, where(()).file)]
    keys = None
    if isinstance(values, dict):
        try:
            # By way of JSON, since strict types admit a list for a tuple there, and nothing else that Python has.
            keys = ScenarioKeys.model_validate_json(json.dumps(values), strict=True)
        except ValidationError as error:
            problems += [_problem(details, values, where) for details in _apart(error.errors(include_url=False))]
    else:
        what = "is empty" if values is None else f"holds {_shown(values)}"
        problems.append(Problem(where(()), f"{what}, allowed is {WHOLE_ALLOWED}", None, values, WHOLE_ALLOWED))
    if keys is None or problems:
        raise InvalidScenario(problems)
    return Scenario(name=name, **dict(keys))


def _apart(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without lists that pydantic calls too short for want of valid entries: each of those has its own."""
    places = [error["loc"] for error in errors]
    within = {loc[:depth] for loc in places for depth in range(len(loc))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in within]


def _bad_name(name: str, file: str) -> Problem:
    """A scenario is called as its file, so its file must be called as a scenario."""
    given = f"{name}.yaml"
    return Problem(Place(file), f"is called {given!r}, allowed is {NAME_ALLOWED}", None, given, NAME_ALLOWED)


def _problem(error: ErrorDetails, values: Any, where: Locate) -> Problem:
    """What pydantic found, in our words and at its place."""
    kind, steps = error["type"], list(error["loc"])
    path, schema = allowed.locate(steps)
    if kind == "missing":
        return _missing(path, allowed.in_words(schema), where)
    if kind == "extra_forbidden":
        return _unknown_key(path, allowed.keys(allowed.locate(steps[:-1])[1]), where)
    if steps[-1:] == ["[key]"]:
        return _unknown_key(path[:-1], allowed.keys(allowed.locate(steps[:-2])[1]), where)
    if kind == "union_tag_not_found":
        return _missing((*path, "fault"), f"one of {', '.join(allowed.fault_kinds(schema))}", where)
    if kind == "union_tag_invalid":
        kinds = allowed.fault_kinds(schema)
        path = (*path, "fault")
        hint = allowed.did_you_mean(_at(values, path), kinds)
        return _bad_value(path, _at(values, path), f"one of {', '.join(kinds)}", where, hint)
    words = error["ctx"]["allowed"] if kind == "contradiction" else allowed.in_words(schema)
    given = _at(values, path)
    return _bad_value(path, given, words, where, allowed.did_you_mean(given, schema.get("enum", ())))


def _bad_value(path: Path, given: Any, words: str, where: Locate, hint: str = "") -> Problem:
    key = dotted(path)
    return Problem(where(path), f"{key} is {_shown(given)}, allowed is {words}{hint}", key, given, words)


def _missing(path: Path, words: str, where: Locate) -> Problem:
    key = dotted(path)
    return Problem(where(path), f"{key} is missing, allowed is {words}", key, None, words)


def _unknown_key(path: Path, known: list[str], where: Locate) -> Problem:
    key, parent = dotted(path), dotted(path[:-1]) or "a scenario"
    words = ", ".join(known)
    hint = allowed.did_you_mean(path[-1], known)
    return Problem(where(path), f"{key} is no key of {parent}, allowed are {words}{hint}", key, path[-1], words)


def _at(values: Any, path: Path) -> Any:
    """The value at the path, which pydantic has been at."""
    for step in path:
        values = values[step]
    return values


def _shown(value: Any) -> str:
    """A value as in a YAML file, cut to what fits a message."""
    if isinstance(value, Mapping):
        return f"a mapping of {', '.join(map(str, value))}"[:200] if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return repr(value)[:200] if isinstance(value, str) else json.dumps(value)[:200]
