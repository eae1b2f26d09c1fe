"""Rows as lines of a file: JSON, or text between delimiters."""

import json
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any, TypeAlias

import pyarrow as pa

from scenarios.targets.embedded.athena.api.file_types import file_type
from scenarios.targets.embedded.athena.api.text import as_text
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.statement import Columns

WriteLines: TypeAlias = Callable[[Any, Columns], bytes]


def json_lines(batch: Any, columns: Columns) -> bytes:
    """An object a line."""
    kind = Type("row", of=tuple(kind for _, kind in columns), names=tuple(name for name, _ in columns))
    rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
    return "".join(f"{_object(row, kind)}\n" for row in rows).encode()


def _object(values: Iterable[Any], kind: Type) -> str:
    fields = zip(kind.names, kind.of, values, strict=True)
    return _braced((name or f"field{place}", _written(value, part)) for place, (name, part, value) in enumerate(fields))


def _braced(pairs: Iterable[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{value}" for name, value in pairs) + "}"


def _written(value: Any, kind: Type) -> str:
    """A value in JSON: decimals with all their digits, and as texts what JSON has no kind of its own for."""
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    if kind.kind == "array":
        return f"[{','.join(_written(item, kind.of[0]) for item in value)}]"
    if kind.kind == "map":
        return _braced((str(key), _written(item, kind.of[1])) for key, item in value)
    if kind.kind == "row":
        return _object(value.values(), kind)
    [text] = as_text(pa.array([value], file_type(kind)), kind).to_pylist()
    is_number = kind.kind == "decimal" or (isinstance(value, float) and isfinite(value))
    return str(text) if is_number else json.dumps(text)


def text_lines(delimiter: str) -> WriteLines:
    """Values between delimiters; NULL is `\\N`."""

    def write(batch: Any, columns: Columns) -> bytes:
        texts = [as_text(c, kind).to_pylist() for c, (_, kind) in zip(batch.columns, columns, strict=True)]
        lines = (delimiter.join("\\N" if value is None else value for value in row) for row in zip(*texts, strict=True))
        return "".join(f"{line}\n" for line in lines).encode()

    return write
