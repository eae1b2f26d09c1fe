"""Requests held to AWS's own description of them: what botocore's clients are made from.

Clients check least of it themselves: lengths and patterns are the service's affair.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import botocore.session
from botocore.model import ServiceModel, Shape

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException

_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
    "timestamp": (int, float),
}


def read_model() -> ServiceModel:
    """AWS's description of Athena's API."""
    return botocore.session.get_session().get_service_model("athena")


def validate(model: ServiceModel, action: str, request: Any) -> dict[str, Any]:
    """Hold a request to its shape.

    Returns:
        what of it counts: without members that are null, which is to AWS as if they were not there, and without those
        that it does not know.

    Raises:
        InvalidRequestException: it does not keep to it; all that is wrong is named.
    """
    shape = model.operation_model(action).input_shape
    problems = list(_problems(shape, request, "")) if shape else []
    if problems:
        count = f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected"
        raise InvalidRequestException(f"{count}: {'; '.join(problems)}")
    return dict(_known(shape, request)) if shape else {}


def _known(shape: Any, value: Any) -> Any:
    """Of a value that keeps to its shape, what counts."""
    if shape.type_name == "structure":
        given = ((name, member, value.get(name)) for name, member in shape.members.items())
        return {name: _known(member, inner) for name, member, inner in given if inner is not None}
    if shape.type_name == "list":
        return [_known(shape.member, item) for item in value]
    return value


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind: Any = _KINDS.get(shape.type_name, object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        yield f"Value at '{path}' failed to satisfy constraint: Member must be a {shape.type_name}"
        return
    yield from (f"Value at '{path}' failed to satisfy constraint: {broken}" for broken in _broken(shape, value))
    if shape.type_name == "structure":
        yield from _problems_of_members(shape, value, path)
    if shape.type_name == "list":
        for place, item in enumerate(value, 1):
            yield from _problems(shape.member, item, f"{path}.{place}.member")


def _problems_of_members(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        inner = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        if value.get(name) is not None:
            yield from _problems(member, value[name], inner)
        elif name in shape.required_members:
            yield f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """Which constraints a value of the right kind does not keep."""
    rules = shape.metadata
    is_number = isinstance(value, int | float)
    what, size = ("value", value) if is_number else ("length", len(value))
    if "min" in rules and size < rules["min"]:
        yield f"Member must have {what} greater than or equal to {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"Member must have {what} less than or equal to {rules['max']}"
    if "enum" in rules and value not in rules["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"
    pattern = rules.get("pattern", "")
    # Some of Java's patterns name surrogates, which no text of Python's holds.
    if pattern and "\\uD800" not in pattern and not re.fullmatch(pattern, value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
