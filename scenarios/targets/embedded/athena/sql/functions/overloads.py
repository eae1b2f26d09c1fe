"""How a function is written down: by names, each with the ways in which it may be called."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.types import Type, common

Overload: TypeAlias = Callable[[Sequence[Bound]], Bound | None]
"""The call as an expression; None for arguments that it does not take."""

Functions: TypeAlias = Mapping[str, Sequence[Overload]]


def fitting(arguments: Sequence[Bound], types: Sequence[Type]) -> list[Bound] | None:
    """The arguments as values of these types; None if they cannot become that without being asked to."""
    if len(arguments) != len(types):
        return None
    pairs = list(zip(arguments, types, strict=True))
    if any(common(argument.type, kind) != kind for argument, kind in pairs):
        return None
    return [coerced(argument, kind) for argument, kind in pairs]


def plain(result: Type, types: Sequence[Type], template: str) -> Overload:
    """A function of arguments of fixed types; the template has {0} for the first, and so on."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = fitting(arguments, types)
        return None if values is None else Bound(result, template.format(*(value.sql for value in values)))

    return call
