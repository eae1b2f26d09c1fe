"""Functions of JSON."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.functions.overloads import (
    Functions,
    Overload,
    fitting,
    itself,
    like_first,
    plain,
    scripted,
)
from scenarios.targets.embedded.athena.sql.json import texts
from scenarios.targets.embedded.athena.sql.scripts import Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, BOOLEAN, DOUBLE, JSON, VARCHAR, Type


def _both(result: Type, types: Sequence[Type], script: Script) -> list[Overload]:
    """Of JSON, and of a text that is some."""
    return [scripted(result, [kind, *types], script) for kind in (JSON, VARCHAR)]


def _contains(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 2 or arguments[0].type.kind not in ("json", "varchar"):
        return None
    for kind in (BOOLEAN, BIGINT, DOUBLE, VARCHAR):
        if (values := fitting(arguments[1:], [kind])) is not None:
            return Bound(BOOLEAN, texts.CONTAINS[kind.kind](arguments[0].sql, values[0].sql))
    return None


JSONS: Final[Functions] = {
    "json_parse": [scripted(JSON, [VARCHAR], texts.PARSE)],
    "json_format": [plain(VARCHAR, [JSON], "{0}")],
    "json_extract": _both(JSON, [VARCHAR], texts.EXTRACT),
    "json_extract_scalar": [
        like_first(itself, VARCHAR, made=texts.EXTRACT_SCALAR),
        scripted(VARCHAR, [JSON, VARCHAR], texts.EXTRACT_SCALAR),
    ],
    "json_array_length": _both(BIGINT, [], texts.ARRAY_LENGTH),
    "json_array_get": _both(JSON, [BIGINT], texts.ARRAY_GET),
    "json_array_contains": [_contains],
    "json_size": _both(BIGINT, [VARCHAR], texts.SIZE),
    "is_json_scalar": _both(BOOLEAN, [], texts.IS_SCALAR),
}
