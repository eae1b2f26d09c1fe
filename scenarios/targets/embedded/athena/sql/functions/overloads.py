"""How a function is written down: by names, each with the ways in which it may be called."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.scripts import Script
from scenarios.targets.embedded.athena.sql.types import Type, common

Overload: TypeAlias = Callable[[Sequence[Bound]], Bound | None]
"""The call as an expression; None for arguments that it does not take."""

Functions: TypeAlias = Mapping[str, Sequence[Overload]]

VOLATILE = ("random(", "uuid(")
"""What gives another value each time: SQL that has it twice would have two values of it."""


def fitting(arguments: Sequence[Bound], types: Sequence[Type]) -> list[Bound] | None:
    """The arguments as values of these types; None if they cannot become that without being asked to."""
    if len(arguments) != len(types):
        return None
    pairs = list(zip(arguments, types, strict=True))
    if any(not _fits(argument.type, kind) for argument, kind in pairs):
        return None
    return [coerced(argument, kind) for argument, kind in pairs]


def _fits(source: Type, to: Type) -> bool:
    # A char becomes a varchar for a function, though beside one it is the varchar that becomes a char.
    return common(source, to) == to or (source.kind == "char" and to.kind == "varchar" and not to.numbers)


def plain(result: Type, types: Sequence[Type], template: str) -> Overload:
    """A function of arguments of fixed types; the template has {0} for the first, and so on."""
    twice = any(template.count(f"{{{place}}}") > 1 for place in range(len(types)))

    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = fitting(arguments, types)
        if values is None:
            return None
        if twice and any(word in value.sql for value in values for word in VOLATILE):
            raise not_supported("a function of a value that is another one each time")
        return Bound(result, template.format(*(value.sql for value in values)))

    return call


def scripted(result: Type, types: Sequence[Type], script: Script) -> Overload:
    """A function in Python of arguments of fixed types."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = fitting(arguments, types)
        return None if values is None else Bound(result, script(*(value.sql for value in values)))

    return call


def fitted(made: Callable[[list[Bound]], Bound], *types: Type) -> Overload:
    """A function of arguments of fixed types, whose call is made of them in some other way."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        values = fitting(arguments, types)
        return None if values is None else made(values)

    return call
