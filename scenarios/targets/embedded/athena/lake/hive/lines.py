"""Lines of text as rows: LazySimpleSerDe, OpenCSVSerde and the two JSON SerDes."""

import csv
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from scenarios.targets.embedded.athena.lake.hive.formats import JSON, LAZY, OPEN_CSV
from scenarios.targets.embedded.athena.lake.hive.text_values import parser
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import VARCHAR, Type

Columns = Sequence[tuple[str, Type]]
Row = Sequence[Any]
NOTHING: Final = r"\N"
CONTROL_A: Final = "\x01"
_FRACTION: Final = re.compile(r"([+-]?)([0-9]*)\.[0-9]*")


def line_reader(serde: str, said: Mapping[str, str], own: Columns, wanted: Collection[str]) -> Callable[[str], Row]:
    """What makes a row of a line: a value, as Python has it, for each column of the table.

    What is not wanted is not looked at, and stays a text.

    Args:
        serde: the class that Hive would read with.
        said: its parameters.
        own: the table's own columns, in order.
        wanted: names of them.

    Raises:
        SqlError: NOT_SUPPORTED, another class, or a nested type in text.
    """
    columns = [(name, kind if name in wanted else VARCHAR) for name, kind in own]
    if serde == LAZY:
        return _lazy(said, columns)
    if serde == OPEN_CSV:
        return _open_csv(said, columns)
    if serde in JSON:
        return _json(said, columns)
    raise not_supported(f"a table read by {serde}")


def _lazy(said: Mapping[str, str], columns: Columns) -> Callable[[str], Row]:
    delimiter = said.get("field.delim") or said.get("serialization.format") or CONTROL_A
    delimiter = chr(int(delimiter)) if delimiter.isdigit() else delimiter
    escape = said.get("escape.delim")
    nothing = said.get("serialization.null.format", NOTHING)
    parsers = [_without_fraction(parser(kind)) if kind.is_integer else parser(kind) for _, kind in columns]

    def read(line: str) -> Row:
        parts = _split_escaped(line, delimiter, escape) if escape and escape in line else line.split(delimiter)
        texts = [*parts, *[None] * (len(parsers) - len(parts))]
        return [
            None if text is None or text == nothing else parse(text)
            for text, parse in zip(texts, parsers, strict=False)
        ]

    return read


def _without_fraction(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Digits behind a point are not looked at; so Trino's LongEncoding reads whole numbers, after Hive's own."""

    def read(text: str) -> Any:
        found = _FRACTION.fullmatch(text)
        return parse(f"{found[1]}0{found[2]}" if found else text)

    return read


def _split_escaped(line: str, delimiter: str, escape: str) -> list[str]:
    parts, characters = [""], iter(line)
    for character in characters:
        if character == escape:
            parts[-1] += next(characters, "")
        elif character == delimiter:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _open_csv(said: Mapping[str, str], columns: Columns) -> Callable[[str], Row]:
    how: dict[str, Any] = {
        "delimiter": said.get("separatorChar", ","),
        "quotechar": said.get("quoteChar", '"'),
        "escapechar": said.get("escapeChar", "\\"),
    }
    parsers = [_SINCE_EPOCH.get(kind.kind) or parser(kind) for _, kind in columns]
    lenient = said.get("use.null.for.invalid.data", "false").lower() == "true"

    def read(line: str) -> Row:
        parts = next(csv.reader([line], **how), [])
        texts = [*parts, *[None] * (len(parsers) - len(parts))]
        return [
            _strict(text, parse, kind, lenient=lenient)
            for text, parse, (_, kind) in zip(texts, parsers, columns, strict=False)
        ]

    return read


def _strict(text: str | None, parse: Callable[[str], Any], kind: Type, *, lenient: bool) -> Any:
    """As OpenCSVSerDe does it: a text that is no value, an empty one, too, is an error."""
    value = None if text is None else parse(text)
    if value is None and text is not None and not lenient:
        raise SqlError("HIVE_BAD_DATA", f"Error parsing field value '{text}' for a column of type {kind}")
    return value


def _day(text: str) -> date | None:
    since = _since_epoch(text, "days")
    return since and since.date()


def _millisecond(text: str) -> datetime | None:
    return _since_epoch(text, "milliseconds")


def _since_epoch(text: str, unit: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(**{unit: int(text)}) if _DIGITS.fullmatch(text) else None
    except OverflowError:
        return None


_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - of times without a zone
_SINCE_EPOCH: Final[dict[str, Callable[[str], Any]]] = {"date": _day, "timestamp": _millisecond}
"""Days and milliseconds; source: https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html"""


def _json(said: Mapping[str, str], columns: Columns) -> Callable[[str], Row]:
    ignores = said.get("ignore.malformed.json", "false").lower() == "true"
    names = {name: said.get(f"mapping.{name}", name).lower() for name, _ in columns}

    def read(line: str) -> Row:
        try:
            found = json.loads(line, parse_float=Decimal)
        except ValueError as error:
            if ignores:
                return [None] * len(columns)
            raise SqlError("HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object - JSONException: {error}") from error
        if not isinstance(found, dict):
            raise SqlError("HIVE_CURSOR_ERROR", "Row is not a valid JSON Object")
        values = {key.lower(): value for key, value in found.items()}
        return [_of_json(values.get(names[name]), kind) for name, kind in columns]

    return read


def _of_json(value: Any, kind: Type) -> Any:
    """A value of JSON as one of a column, as it is held; null where it is of another kind."""
    if value is None:
        return None
    if kind.kind == "row":
        found = {key.lower(): part for key, part in value.items()} if isinstance(value, dict) else {}
        parts = zip(kind.names, kind.of, strict=True)
        return {f"f{place}": _of_json(found.get(name or ""), part) for place, (name, part) in enumerate(parts)}
    if kind.kind == "array":
        return [_of_json(part, kind.of[0]) for part in value] if isinstance(value, list) else None
    if kind.kind == "map":
        key, part = kind.of
        return [(parser(key)(k), _of_json(v, part)) for k, v in value.items()] if isinstance(value, dict) else None
    if kind.kind in ("varchar", "char") and not isinstance(value, str):
        return json.dumps(value, default=str, separators=(",", ":"))
    return parser(kind)(str(value).lower() if isinstance(value, bool) else str(value))


def lines_of(chunks: Iterator[bytes], skipped: int) -> Iterator[str]:
    """Lines of a file, without the first ones; what is no UTF-8 is replaced, as Hive's own readers do it."""
    rest, left = b"", skipped
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(_decoded, lines[left:])
        left = max(0, left - len(lines))
    if rest and not left:
        yield _decoded(rest)


def _decoded(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", errors="replace")
