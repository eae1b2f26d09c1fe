"""The order event, defined once: from one table of fields come its Arrow columns and its JSON Schema.

One event is one order as nested JSON. `ORDER_FIELDS` and `ITEM_FIELDS` list its fields in the order in which they
are written; whoever needs the shape of an order in another language derives it from these two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import pyarrow as pa

TIMESTAMP_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
"""Timestamps are local times of the order without a zone, to the second."""

MONEY_PRECISION: Final = 12
MONEY_SCALE: Final = 2
MAX_MONEY_CENTS: Final = 10**MONEY_PRECISION - 1
"""The largest amount (and, negated, the smallest) that decimal(12,2) holds, in cents."""

_TIMESTAMP_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"


class Kind(Enum):
    """What a field holds: text, a timestamp, an amount of money, a whole number, or the list of items."""

    TEXT = "text"
    TIMESTAMP = "timestamp"
    MONEY = "money"
    INTEGER = "integer"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the event; a field that is not required may be null or absent."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


ITEM_FIELDS: Final = (
    Field("product_id", Kind.TEXT, "the product sold"),
    Field("seller_id", Kind.TEXT, "who sold it"),
    Field("price", Kind.MONEY, "price of one piece; n equal items mean n pieces"),
    Field("freight_value", Kind.MONEY, "this piece's share of the freight"),
)

ORDER_FIELDS: Final = (
    Field("order_id", Kind.TEXT, "names the order", required=True),
    Field("order_version", Kind.INTEGER, "counts the updates of one order, from 1"),
    Field("customer_id", Kind.TEXT, "who ordered"),
    Field("customer_state", Kind.TEXT, "two-letter state of the customer"),
    Field("order_status", Kind.TEXT, "how far the order is"),
    Field("order_purchase_timestamp", Kind.TIMESTAMP, "when it was placed", required=True),
    Field("order_approved_at", Kind.TIMESTAMP, "when its payment was approved"),
    Field("order_delivered_carrier_date", Kind.TIMESTAMP, "when the carrier took it"),
    Field("order_delivered_customer_date", Kind.TIMESTAMP, "when the customer received it"),
    Field("order_estimated_delivery_date", Kind.TIMESTAMP, "the delivery promised at purchase"),
    Field("price", Kind.MONEY, "sum over the items; null without items"),
    Field("freight_value", Kind.MONEY, "sum over the items; null without items"),
    Field("payment_type", Kind.TEXT, "type of the first payment"),
    Field("payment_value", Kind.MONEY, "sum over the payments; null without payments"),
    Field("items", Kind.ITEMS, "the pieces sold"),
)


def _arrow_schema(fields: Sequence[Field]) -> pa.Schema:
    return pa.schema([pa.field(field.name, _ARROW_TYPES[field.kind], nullable=not field.required) for field in fields])


_ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.MONEY: pa.decimal128(MONEY_PRECISION, MONEY_SCALE),
    Kind.INTEGER: pa.int64(),
}
_ARROW_TYPES[Kind.ITEMS] = pa.list_(pa.field("element", pa.struct(list(_arrow_schema(ITEM_FIELDS))), nullable=False))

ORDER_ARROW_SCHEMA: Final[pa.Schema] = _arrow_schema(ORDER_FIELDS)
"""An order's typed columns: required fields and the elements of `items` are not nullable, all else is."""


def order_json_schema() -> dict[str, Any]:
    """The event as a JSON Schema (draft-07, the newest that Glue's registry takes), a new dict on each call.

    Fields that it does not name are allowed: a newer producer
    may send them.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Order",
        **_json_object(ORDER_FIELDS),
    }


def _json_object(fields: Sequence[Field]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: _json_field(field) for field in fields},
    }
    required = [field.name for field in fields if field.required]
    return {**schema, "required": required} if required else schema


def _json_field(field: Field) -> dict[str, Any]:
    kind, limits = _json_type(field.kind)
    if field.required and field.kind is Kind.TEXT:
        limits = {**limits, "minLength": 1}
    return {"description": field.meaning, "type": kind if field.required else [kind, "null"], **limits}


def _json_type(kind: Kind) -> tuple[str, dict[str, Any]]:
    """The JSON type of a kind and the keywords that narrow it."""
    match kind:
        case Kind.TEXT:
            return "string", {}
        case Kind.TIMESTAMP:
            return "string", {"pattern": _TIMESTAMP_PATTERN}
        case Kind.MONEY:
            return "number", {"minimum": -MAX_MONEY_CENTS / 100, "maximum": MAX_MONEY_CENTS / 100}
        case Kind.INTEGER:
            return "integer", {"minimum": 1}
        case Kind.ITEMS:
            return "array", {"items": _json_object(ITEM_FIELDS)}
