"""Where events come from, by the short text that names it in a scenario or on a command line.

csv:DIR        the orders of a folder of CSV files, see loadgen.olist_csv
jsonl:FILE     one's own events, a JSON object a line, see loadgen.jsonl
generated:N    N made-up orders, see loadgen.sample
generated      as many as it takes
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from loadgen.errors import SourceError
from loadgen.events import Event
from loadgen.jsonl import read_lines
from loadgen.olist_csv import read_orders
from loadgen.sample import generate_orders

ALLOWED: Final = (
    "csv:DIR (a folder of CSV files), jsonl:FILE (a JSON object a line), "
    "generated (made-up orders, as many as it takes) or generated:N (N of them, from 1 to 999999999)"
)


def open_source(spec: str, *, seed: int, shift_to: datetime | None = None) -> Iterator[Event]:
    """The events that `spec` names; `seed` matters to generated ones only.

    With `shift_to`, a local time without a zone, every order is purchased at that moment. Raises SourceError for a
    spec of another form and for files that cannot be read, here or while the events are taken.
    """
    kind, separator, argument = spec.partition(":")
    if shift_to is not None and shift_to.tzinfo is not None:
        raise SourceError(f"shift_to is {shift_to.isoformat()}, allowed is a local time without a zone")
    if kind == "csv" and argument:
        return read_orders(Path(argument), shift_to)
    if kind == "jsonl" and argument:
        if shift_to is not None:
            raise SourceError(f"source is {spec!r}, whose events are sent as they are: their dates cannot be shifted")
        return read_lines(Path(argument))
    if spec == "generated":
        return generate_orders(None, seed=seed, shift_to=shift_to)
    if kind == "generated" and separator:
        return generate_orders(_count(spec, argument), seed=seed, shift_to=shift_to)
    raise SourceError(f"source is {spec!r}, allowed is {ALLOWED}")


def _count(spec: str, text: str) -> int:
    count = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
    if count < 1:
        raise SourceError(f"source is {spec!r}, allowed is {ALLOWED}")
    return count
