"""A result's rows as a table, as CSV or as JSON, written while they come."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final

import click

from scenarios.targets.athena import Page
from scenarios.targets.errors import WrongUse

_NUMBERS: Final = ("tinyint", "smallint", "integer", "int", "bigint", "float", "real", "double", "decimal")
_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {9: "\\t", 10: "\\n", 13: "\\r"}


def write_table(pages: Iterable[Page], most: int) -> bool:
    """Print some rows in columns, numbers to the right; return whether there are more of them."""
    pages = iter(pages)
    first = next(pages)
    rows = (row for page in chain([first], pages) for row in page.rows)
    shown = list(islice(rows, most))
    if first.columns:
        names = [name for name, _ in first.columns]
        for line in _aligned([names, *shown], [kind.partition("(")[0] in _NUMBERS for _, kind in first.columns]):
            click.echo(line)
    return next(rows, None) is not None


def write_csv(pages: Iterable[Page]) -> None:
    """Print all rows under their names: each value in quotes, NULL as nothing, as Athena's own files are."""
    for place, page in enumerate(pages):
        names = [[name for name, _ in page.columns]] if page.columns and not place else []
        _echo(",".join(map(_quoted, row)) for row in (*names, *page.rows))


def write_json(pages: Iterable[Page]) -> None:
    """Print an array with an object for each row, on a line each: numbers and booleans as such, all else as text.

    Raises:
        WrongUse: two columns have the same name.
    """
    pages = iter(pages)
    first = next(pages)
    names = [name for name, _ in first.columns]
    if twice := {name for name in names if names.count(name) > 1}:
        raise WrongUse(f"JSON has each name once, and two columns are called {min(twice)!r}: name them, or use csv")
    values = [_VALUES.get(kind, str) for _, kind in first.columns]
    begin = "["
    for page in chain([first], pages):
        objects = (dict(zip(names, _read(row, values), strict=True)) for row in page.rows)
        if lines := [json.dumps(one, ensure_ascii=False) for one in objects]:
            click.echo(f"{begin}\n  " + ",\n  ".join(lines), nl=False)
            begin = ","
    click.echo("[]" if begin == "[" else "\n]")


def _aligned(lines: Sequence[Sequence[str | None]], to_the_right: Sequence[bool]) -> Iterator[str]:
    cells = [["NULL" if value is None else value.translate(_CONTROLS) for value in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = [
            f"{text:>{width}}" if right else f"{text:<{width}}"
            for text, width, right in zip(line, widths, to_the_right, strict=True)
        ]
        yield "  ".join(padded).rstrip()


def _echo(lines: Iterable[str]) -> None:
    """A page at once: a call for each line takes longer than the page does to come."""
    if text := "\n".join(lines):
        click.echo(text)


def _quoted(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def _read(row: Sequence[str | None], values: Sequence[Callable[[str], Any]]) -> Iterator[Any]:
    return (None if text is None else value(text) for text, value in zip(row, values, strict=True))


def _float(text: str) -> float | str:
    """JSON has no NaN, and nothing that is infinite."""
    return text if text in ("NaN", "Infinity", "-Infinity") else float(text)


_VALUES: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "int", "bigint"), int),
    **dict.fromkeys(("float", "real", "double"), _float),
    "boolean": lambda text: text == "true",
}
