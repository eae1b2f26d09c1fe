"""Where events come from, by the short text that names it in a scenario or on a command line.

olist:N        N made-up orders, distributed as Olist's are, see loadgen.generated; without N as many as it takes
generated:N    another name for the same
csv:DIR        the orders of a folder of CSV files, see loadgen.olist_csv
jsonl:FILE     one's own events, a JSON object a line, see loadgen.jsonl
parquet:FILE   one's own events in columns, see loadgen.parquet
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from loadgen.errors import SourceError
from loadgen.events import Event
from loadgen.generated import GeneratedOrders
from loadgen.jsonl import read_lines
from loadgen.olist_csv import read_orders
from loadgen.order_settings import RENAMED_FIELD, OrderSettings
from loadgen.parquet import ParquetEvents
from loadgen.renamed_field import rename_field

ALLOWED: Final = (
    "olist (made-up orders, as many as it takes), olist:N (N of them, from 1 to 999999999), "
    "csv:DIR (a folder of CSV files), jsonl:FILE (a JSON object a line) or parquet:FILE (columns payload, price_cents)"
)
GENERATED: Final = ("olist", "generated")


def open_source(spec: str, settings: OrderSettings) -> Iterator[Event]:
    """The events that `spec` names.

    Raises SourceError for a spec of another form, settings that do not fit it and files that cannot be read, here or
    while the events are taken.
    """
    at = settings.purchased_at
    if at is not None and at.tzinfo is not None:
        raise SourceError(f"purchased_at is {at.isoformat()}, allowed is a local time without a zone")
    if is_generated(spec):
        return GeneratedOrders(_count(spec), settings)
    events = _from_files(spec, settings)
    renamed = settings.bad_rows.get(RENAMED_FIELD, 0.0)
    return rename_field(events, renamed) if renamed else events


def is_generated(spec: str) -> bool:
    """Whether the events are made up, so that reading them can find nothing wrong."""
    return spec.partition(":")[0] in GENERATED


def _from_files(spec: str, settings: OrderSettings) -> Iterator[Event]:
    if others := [kind for kind in settings.bad_rows if kind != RENAMED_FIELD]:
        raise SourceError(f"bad_rows has {others[0]!r}, allowed is {RENAMED_FIELD!r} for events from files ({spec})")
    kind, _, argument = spec.partition(":")
    if kind == "csv" and argument:
        return read_orders(Path(argument), settings.purchased_at)
    if kind in ("jsonl", "parquet") and argument:
        if settings.purchased_at is not None:
            raise SourceError(f"source is {spec!r}, whose events are sent as they are: their dates cannot be shifted")
        return read_lines(Path(argument)) if kind == "jsonl" else ParquetEvents(Path(argument))
    raise SourceError(f"source is {spec!r}, allowed is {ALLOWED}")


def _count(spec: str) -> int | None:
    """How many made-up orders there are to be; None: as many as it takes."""
    _, separator, text = spec.partition(":")
    if not separator:
        return None
    count = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
    if count < 1:
        raise SourceError(f"source is {spec!r}, allowed is {ALLOWED}")
    return count
