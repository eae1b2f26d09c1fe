"""How a function is written down: by names, each with the ways in which it may be called."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.scripts import Script
from scenarios.targets.embedded.athena.sql.types import UNKNOWN, Type, common

Overload: TypeAlias = Callable[[Sequence[Bound]], Bound | None]
"""The call as an expression; None for arguments that it does not take."""

Functions: TypeAlias = Mapping[str, Sequence[Overload]]

Over: TypeAlias = Callable[..., str]
"""Writes a call of one of DuckDB's aggregations, by name and arguments, over the rows it is to be over."""

Aggregate: TypeAlias = Callable[[Sequence[Bound], Over], Bound | None]
"""The aggregation of some arguments; None for arguments that it does not take."""

VOLATILE = ("random(", "uuid(")
"""What gives another value each time: SQL that has it twice would have two values of it."""


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


def of_array(made: Callable[[Bound], Bound | None]) -> Overload:
    """Of one array."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "array":
            return None
        return made(arguments[0])

    return call


def same_arrays(arguments: Sequence[Bound], count: int) -> list[Bound] | None:
    """Some arrays, as ones of the same type."""
    if len(arguments) != count or any(value.type.kind != "array" for value in arguments):
        return None
    kind: Type | None = UNKNOWN
    for value in arguments:
        kind = kind and common(kind, value.type)
    return [coerced(value, kind) for value in arguments] if kind else None


def like_first(result: Callable[[Type], Type], *types: Type, made: Callable[..., str]) -> Overload:
    """Of a text and further arguments; the result's type is made of the text's own."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if not arguments or arguments[0].type.kind != "varchar":
            return None
        values = fitting(arguments[1:], types)
        if values is None:
            return None
        return Bound(result(arguments[0].type), made(arguments[0].sql, *(value.sql for value in values)))

    return call


def itself(kind: Type) -> Type:
    """The text's own type."""
    return kind
