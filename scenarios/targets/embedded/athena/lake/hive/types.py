"""Hive's names of types, as Glue keeps them: `array<struct<a:int,b:decimal(10,2)>>`."""

import re
from typing import Final

from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import Type

_NAMED: Final = {
    "boolean": types.BOOLEAN,
    "tinyint": Type("tinyint"),
    "smallint": Type("smallint"),
    "int": types.INTEGER,
    "integer": types.INTEGER,
    "bigint": types.BIGINT,
    "long": types.BIGINT,
    "float": types.REAL,
    "double": types.DOUBLE,
    "decimal": types.decimal(10, 0),
    "string": types.VARCHAR,
    "binary": types.VARBINARY,
    "date": types.DATE,
    "timestamp": types.timestamp(3),
    "timestamp with time zone": types.zoned(6),
    "timestamptz": types.zoned(6),
    "time": Type("time", (6,)),
    "uuid": Type("uuid"),
}
_HIVE: Final = {
    "integer": "int",
    "real": "float",
    "varbinary": "binary",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamp with time zone",
    "time": "time",
}
_TOKEN: Final = re.compile(r"\s*([<>(),:]|[^<>(),:]+)")


def from_hive(text: str) -> Type:
    """The type that a text names.

    Raises:
        SqlError: it names none, or one that is not known here.
    """
    tokens = [token.strip() for token in _TOKEN.findall(text)]
    kind = _read(tokens, text)
    if tokens:
        raise _wrong(text)
    return kind


def to_hive(kind: Type) -> str:
    """How Hive writes a type.

    Raises:
        SqlError: NOT_SUPPORTED, Hive has no such type.
    """
    match kind.kind:
        case "array":
            return f"array<{to_hive(kind.of[0])}>"
        case "map":
            return f"map<{to_hive(kind.of[0])},{to_hive(kind.of[1])}>"
        case "row":
            return f"struct<{','.join(f'{n}:{to_hive(t)}' for n, t in zip(kind.names, kind.of, strict=True))}>"
        case "varchar" if not kind.numbers:
            return "string"
        case "decimal" | "varchar" | "char":
            return f"{kind.kind}({','.join(map(str, kind.numbers))})"
    name = _HIVE.get(kind.kind, kind.kind)
    if name not in _NAMED:
        raise not_supported(f"a column of type {kind}")
    return name


def _read(tokens: list[str], text: str) -> Type:
    word = _take(tokens, text).lower()
    if word == "struct":
        return _read_struct(tokens, text)
    if word in ("array", "map"):
        _expect(tokens, "<", text)
        parts = [_read(tokens, text)]
        if word == "map":
            _expect(tokens, ",", text)
            parts.append(_read(tokens, text))
        _expect(tokens, ">", text)
        return Type(word, of=tuple(parts))
    if tokens and tokens[0] == "(":
        return _with_numbers(word, tokens, text)
    if word not in _NAMED:
        raise not_supported(f"a column of type {text}")
    return _NAMED[word]


def _read_struct(tokens: list[str], text: str) -> Type:
    _expect(tokens, "<", text)
    names, parts = [], []
    while True:
        names.append(_take(tokens, text).strip("`").lower())
        _expect(tokens, ":", text)
        parts.append(_read(tokens, text))
        if (separator := _take(tokens, text)) == ">":
            return types.row(parts, names)
        if separator != ",":
            raise _wrong(text)


def _with_numbers(word: str, tokens: list[str], text: str) -> Type:
    numbers = []
    while _take(tokens, text) in ("(", ","):
        number = _take(tokens, text)
        if not number.isdigit():
            raise _wrong(text)
        numbers.append(int(number))
    if word == "decimal" and len(numbers) in (1, 2):
        return types.decimal(numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if word in ("varchar", "char") and len(numbers) == 1:
        return Type(word, tuple(numbers))
    raise _wrong(text)


def _take(tokens: list[str], text: str) -> str:
    if not tokens:
        raise _wrong(text)
    return tokens.pop(0)


def _expect(tokens: list[str], wanted: str, text: str) -> None:
    if _take(tokens, text) != wanted:
        raise _wrong(text)


def _wrong(text: str) -> SqlError:
    return SqlError("HIVE_INVALID_METADATA", f"{text!r} is no type of Hive's")
