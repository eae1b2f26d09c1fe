"""Functions of texts. Lengths and positions count characters."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, Overload, fitting, plain
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, VARCHAR


def concatenated(arguments: Sequence[Bound]) -> Bound | None:
    """One after the other; NULL if one is."""
    if len(arguments) < 2 or not all(value.type.kind in ("varchar", "unknown") for value in arguments):
        return None
    return Bound(VARCHAR, f"({' || '.join(coerced(value, VARCHAR).sql for value in arguments)})")


def _same(template: str) -> Overload:
    """Of one text, and of its type."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "varchar":
            return None
        return Bound(arguments[0].type, template.format(arguments[0].sql))

    return call


def _substr(arguments: Sequence[Bound]) -> Bound | None:
    """From a position, which counts from the end if it is negative, and which nothing is at if it is 0."""
    if len(arguments) not in (2, 3) or arguments[0].type.kind != "varchar":
        return None
    numbers = fitting(arguments[1:], [BIGINT] * (len(arguments) - 1))
    if numbers is None:
        return None
    value, start = arguments[0], numbers[0].sql
    first = f"(CASE WHEN {start} < 0 THEN length({value.sql}) + {start} + 1 ELSE {start} END)"
    count = f"greatest({numbers[1].sql}, 0)" if len(numbers) == 2 else f"length({value.sql})"
    cut = f"substring({value.sql}, {first}, {count})"
    return Bound(value.type, f"(CASE WHEN {start} = 0 OR {first} < 1 THEN '' ELSE {cut} END)")


def typeof(arguments: Sequence[Bound]) -> Bound | None:
    """The type's name."""
    if len(arguments) != 1:
        return None
    name = str(arguments[0].type).replace("'", "''")
    return Bound(VARCHAR, f"'{name}'")


TEXTS: Final[Functions] = {
    "concat": [concatenated],
    "length": [plain(BIGINT, [VARCHAR], "length({0})")],
    "upper": [_same("upper({0})")],
    "lower": [_same("lower({0})")],
    "substr": [_substr],
    "substring": [_substr],
    "strpos": [plain(BIGINT, [VARCHAR, VARCHAR], "strpos({0}, {1})")],
    "starts_with": [plain(BOOLEAN, [VARCHAR, VARCHAR], "starts_with({0}, {1})")],
    "typeof": [typeof],
}
