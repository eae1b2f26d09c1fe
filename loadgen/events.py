"""One order as the compact JSON that is sent, its fields in the order in which the contract lists them.

Amounts are whole cents here and exact decimals in the JSON; they never pass through a float.
"""

from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Final

from reference.contract.order import ITEM_FIELDS, ORDER_FIELDS

NULL: Final = "null"

_ORDER_TEMPLATE = "{" + ",".join(f'"{field.name}":%({field.name})s' for field in ORDER_FIELDS) + "}"
_ITEM_TEMPLATE = "{" + ",".join(f'"{field.name}":%({field.name})s' for field in ITEM_FIELDS) + "}"


@dataclass(frozen=True, slots=True)
class Event:
    """An order ready to send.

    Attributes:
        price_cents: its sum over items; None for an order without items.
        spoilt: made unreadable on purpose, so that it belongs in quarantine.
    """

    payload: str
    price_cents: int | None
    spoilt: bool = False


def render_text(text: str | None) -> str:
    """A JSON string; null for None and for the empty string, as which a CSV file gives a missing value."""
    return encode_basestring(text) if text else NULL


def render_cents(cents: int | None) -> str:
    """An amount as a JSON number with two decimals: 3590 becomes 35.90."""
    if cents is None:
        return NULL
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def render_item(product_id: str | None, seller_id: str | None, price_cents: int, freight_cents: int) -> str:
    """One element of `items`."""
    return _ITEM_TEMPLATE % {
        "product_id": render_text(product_id),
        "seller_id": render_text(seller_id),
        "price": render_cents(price_cents),
        "freight_value": render_cents(freight_cents),
    }


@dataclass(slots=True)
class Basket:
    """The items of an order: their JSON, joined by commas, and their sums in cents."""

    items: str
    price_cents: int
    freight_cents: int


@dataclass(slots=True)
class Payment:
    """The payments of an order: the type of the first and the sum in cents."""

    type: str
    value_cents: int


@dataclass(slots=True)
class Dates:
    """The timestamps of an order in the contract's format; empty for none."""

    purchase: str
    approved: str
    carrier: str
    customer: str
    estimated: str


@dataclass(slots=True)
class Order:
    """What an event says; a customer without a known state and an order without items or payments have None there."""

    order_id: str
    customer_id: str
    customer_state: str | None
    status: str
    dates: Dates
    basket: Basket | None
    payment: Payment | None


def order_event(order: Order) -> Event:
    """Write an order as JSON; what is missing is null, but an order without items has an empty list of them."""
    dates, basket, payment = order.dates, order.basket, order.payment
    payload = _ORDER_TEMPLATE % {
        "order_id": render_text(order.order_id),
        "order_version": 1,
        "customer_id": render_text(order.customer_id),
        "customer_state": render_text(order.customer_state),
        "order_status": render_text(order.status),
        "order_purchase_timestamp": render_text(dates.purchase),
        "order_approved_at": render_text(dates.approved),
        "order_delivered_carrier_date": render_text(dates.carrier),
        "order_delivered_customer_date": render_text(dates.customer),
        "order_estimated_delivery_date": render_text(dates.estimated),
        "price": render_cents(basket.price_cents if basket else None),
        "freight_value": render_cents(basket.freight_cents if basket else None),
        "payment_type": render_text(payment.type if payment else None),
        "payment_value": render_cents(payment.value_cents if payment else None),
        "items": f"[{basket.items}]" if basket else "[]",
    }
    return Event(payload=payload, price_cents=basket.price_cents if basket else None)
