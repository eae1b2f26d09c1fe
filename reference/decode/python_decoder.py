"""Orders decoded in plain Python: slow, and the statement of what every other decoder must do.

A payload is one JSON object. Every field that the contract names must be null, absent, or of its kind; fields that
it does not name are ignored. Money is read from the digits as they stand, never through a binary fraction.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from reference.contract.decoding import DecodeContract
from reference.contract.order import (
    ITEM_FIELDS,
    MONEY_PRECISION,
    MONEY_SCALE,
    ORDER_ARROW_SCHEMA,
    ORDER_FIELDS,
    Field,
    Kind,
)
from reference.decode.decoder import Decoded

EARLIEST_PURCHASE = date(2000, 1, 1)
DEFAULTS = {"order_version": 1}

MAX_NESTING = 500

# Brackets, and strings whole, so that brackets inside them do not count.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)

_CENT = Decimal(1).scaleb(-MONEY_SCALE)
# The contract's format to the letter; datetime's own parsers let spaces, single digits and other forms through.
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}")


class PythonDecoder:
    """See the module; stateless."""

    version = "python/1"

    def decode(self, payloads: Sequence[bytes], contract: DecodeContract) -> Decoded:
        """Decode each payload on its own."""
        rows: list[Mapping[str, Any]] = []
        failed: dict[int, tuple[str, ...]] = {}
        for index, payload in enumerate(payloads):
            row, reasons = decode_order(payload, contract.latest_purchase)
            if reasons:
                failed[index] = tuple(reasons)
            else:
                rows.append(row)
        return Decoded(pa.Table.from_pylist(rows, schema=ORDER_ARROW_SCHEMA), failed)


def decode_order(payload: bytes, latest_purchase: date) -> tuple[Mapping[str, Any], list[str]]:
    """One order's values by column, and what is wrong with it (then the values mean nothing)."""
    if _nesting(payload) > MAX_NESTING:
        return {}, [f"payload: nested more than {MAX_NESTING} levels deep"]
    try:
        event = json.loads(payload.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError) as error:
        return {}, [f"payload: not JSON: {_one_line(error)}"]
    if not isinstance(event, dict):
        return {}, [f"payload: {_json_type(event)}, allowed is an object"]
    reasons: list[str] = []
    row = _read_fields(ORDER_FIELDS, event, "", reasons)
    if not reasons:
        purchased: date = row["order_purchase_timestamp"].date()
        if not EARLIEST_PURCHASE <= purchased <= latest_purchase:
            reasons.append(
                f"order_purchase_timestamp: {purchased}, allowed are days from {EARLIEST_PURCHASE} to {latest_purchase}"
            )
    return row, reasons


def _nesting(payload: bytes) -> int:
    """An upper bound of how deep the JSON is nested, exact where that matters.

    The parser's own limit depends on how deep the call stack is, and the same payload must always have the same fate.
    """
    opened = payload.count(b"[") + payload.count(b"{")
    if opened <= MAX_NESTING:
        return opened
    depth = deepest = 0
    for token in _BRACKETS.findall(payload):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token, 0)
        deepest = max(deepest, depth)
    return deepest


def _read_fields(fields: Sequence[Field], event: Mapping[str, Any], path: str, reasons: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields:
        value = event.get(field.name, DEFAULTS.get(field.name))
        if value is None:
            if field.required:
                reasons.append(f"{path}{field.name}: missing or null, it is required")
            row[field.name] = DEFAULTS.get(field.name)
            continue
        try:
            row[field.name] = _READERS[field.kind](value, path + field.name, reasons)
        except ValueError as error:
            reasons.append(f"{path}{field.name}: {error}")
        if field.required and value == "":
            reasons.append(f"{path}{field.name}: empty, it is required")
    return row


def _read_text(value: Any, _path: str, _reasons: list[str]) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is {_json_type(value)}, allowed is a string or null")  # noqa: TRY004
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("a lone surrogate, which is no character") from None
    return value


def _read_timestamp(value: Any, _path: str, _reasons: list[str]) -> datetime:
    allowed = "allowed is YYYY-MM-DD HH:MM:SS or null"
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        raise ValueError(f"{_shown(value)} is no timestamp, {allowed}")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{_shown(value)} is no timestamp, {allowed}") from None


def _read_money(value: Any, _path: str, _reasons: list[str]) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"{_shown(value)} is {_json_type(value)}, allowed is a number or null")  # noqa: TRY004
    amount = Decimal(value)
    if amount and amount.adjusted() >= MONEY_PRECISION - MONEY_SCALE:
        raise ValueError(f"{_shown(value)} does not fit, allowed are at most ten digits before the point")
    if _has_digits_beyond(amount, MONEY_SCALE):
        raise ValueError(f"{_shown(value)} has more than {MONEY_SCALE} decimals")
    return amount.quantize(_CENT)


def _has_digits_beyond(amount: Decimal, decimals: int) -> bool:
    """Whether the number as written has a digit other than 0 after its first `decimals`; exact at any length."""
    _, digits, exponent = amount.as_tuple()
    beyond = -int(exponent) - decimals
    return beyond > 0 and any(digits[-beyond:])


def _read_integer(value: Any, _path: str, _reasons: list[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{_shown(value)} is {_json_type(value)}, allowed is a whole number or null")  # noqa: TRY004
    if not 1 <= value < 2**63:
        raise ValueError(f"{_shown(value)} is out of range, allowed are 1 to 2^63 - 1")
    return value


def _read_items(value: Any, path: str, reasons: list[str]) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError(f"{_shown(value)} is {_json_type(value)}, allowed is an array or null")  # noqa: TRY004
    items = []
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            reasons.append(f"{path}[{index}]: {_json_type(item)}, allowed is an object")
            continue
        items.append(_read_fields(ITEM_FIELDS, item, f"{path}[{index}].", reasons))
    return items


_READERS: dict[Kind, Callable[[Any, str, list[str]], Any]] = {
    Kind.TEXT: _read_text,
    Kind.TIMESTAMP: _read_timestamp,
    Kind.MONEY: _read_money,
    Kind.INTEGER: _read_integer,
    Kind.ITEMS: _read_items,
}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _json_type(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "a number",
        Decimal: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return "the value"
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


def _one_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:200]
