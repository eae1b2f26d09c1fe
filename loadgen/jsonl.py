"""The `jsonl:FILE` source: one's own events, a JSON object a line, each sent byte for byte as it stands."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from loadgen.errors import SourceError
from loadgen.events import Event
from reference.contract.order import MAX_MONEY_CENTS

_KEY = "order_id"


def read_lines(path: Path) -> Iterator[Event]:
    """The events of a file; blank lines are skipped.

    Only what sending needs is asked of them: that a line is a JSON object with a key. What else is wrong with an event
    is for the pipeline to find. Raises SourceError, here for a file that cannot be opened, while iterating for a line.
    """
    try:
        path.open("rb").close()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    return _events(path)


def _events(path: Path) -> Iterator[Event]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _event(f"{path}, line {number}", line.strip())


def _event(place: str, line: bytes) -> Event:
    try:
        payload = line.decode()
        values = json.loads(payload, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place}: is {_shown(line)}, allowed is a JSON object in UTF-8 ({error})") from None
    if not isinstance(values, dict):
        raise SourceError(f"{place}: is {_shown(line)}, allowed is a JSON object")
    key = values.get(_KEY)
    if not isinstance(key, str) or not key:
        raise SourceError(f"{place}: {_KEY} is {key!r}, allowed is a text that is not empty: it is the event's key")
    return Event(payload=payload, price_cents=_cents(values.get("price")))


def _cents(price: Any) -> int | None:
    """A price as silver would have it; None for what silver takes as null or not at all."""
    if isinstance(price, bool) or not isinstance(price, int | Decimal):
        return None
    cents = Decimal(price).scaleb(2)
    return int(cents) if abs(cents) <= MAX_MONEY_CENTS and cents == cents.to_integral_value() else None


def _shown(line: bytes) -> str:
    return repr(line[:80].decode(errors="backslashreplace")) + ("…" if len(line) > 80 else "")
