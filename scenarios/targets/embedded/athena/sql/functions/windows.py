"""Functions that need OVER: places in an order, and other rows' values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import fitting
from scenarios.targets.embedded.athena.sql.types import BIGINT, DOUBLE, Type, common

Over: TypeAlias = Callable[..., str]
Ranking: TypeAlias = Callable[[Sequence[Bound], Over], Bound | None]


def _place(name: str, kind: Type) -> Ranking:
    return lambda arguments, over: None if arguments else Bound(kind, over(name))


def _at_least(value: str, least: int, what: str) -> str:
    wrong = fail("INVALID_FUNCTION_ARGUMENT", what)
    return f"(CASE WHEN {value} < {least} THEN {wrong} ELSE {value} END)"


def _ntile(arguments: Sequence[Bound], over: Over) -> Bound | None:
    values = fitting(arguments, [BIGINT])
    if values is None:
        return None
    return Bound(BIGINT, over("ntile", _at_least(values[0].sql, 1, "Buckets must be greater than 0")))


def _offset(value: str) -> str:
    null = fail("INVALID_FUNCTION_ARGUMENT", "Offset must not be null")
    return f"(CASE WHEN {value} IS NULL THEN {null} ELSE {_at_least(value, 0, 'Offset must be at least 0')} END)"


def _neighbour(name: str) -> Ranking:
    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        if not 1 <= len(arguments) <= 3:
            return None
        value, rest = arguments[0], fitting(arguments[1:2], [BIGINT] * len(arguments[1:2]))
        if rest is None:
            return None
        if len(arguments) > 2 and common(arguments[2].type, value.type) != value.type:
            raise not_supported(f"{name} of a {value.type} with a default of {arguments[2].type}")
        others = [coerced(default, value.type).sql for default in arguments[2:]]
        return Bound(value.type, over(name, value.sql, *(_offset(offset.sql) for offset in rest), *others))

    return made


def _value(name: str) -> Ranking:
    return lambda arguments, over: (
        Bound(arguments[0].type, over(name, arguments[0].sql)) if len(arguments) == 1 else None
    )


def _nth(arguments: Sequence[Bound], over: Over) -> Bound | None:
    numbers = fitting(arguments[1:], [BIGINT]) if arguments else None
    if numbers is None:
        return None
    place = _at_least(numbers[0].sql, 1, "Offset must be at least 1")
    return Bound(arguments[0].type, over("nth_value", arguments[0].sql, place))


RANKING: Final[Mapping[str, Ranking]] = {
    "row_number": _place("row_number", BIGINT),
    "rank": _place("rank", BIGINT),
    "dense_rank": _place("dense_rank", BIGINT),
    "percent_rank": _place("percent_rank", DOUBLE),
    "cume_dist": _place("cume_dist", DOUBLE),
    "ntile": _ntile,
    "lag": _neighbour("lag"),
    "lead": _neighbour("lead"),
    "first_value": _value("first_value"),
    "last_value": _value("last_value"),
    "nth_value": _nth,
}
