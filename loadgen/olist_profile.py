"""What is known of the Olist orders as figures (olist_profile.json), in the form from which orders are drawn."""

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import NormalDist, fmean
from typing import Any, Final

FILE: Final = Path(__file__).with_name("olist_profile.json")

REPEATED_ITEM: Final = 0.74
SAME_SELLER: Final = 0.6
FREIGHT_WITH_PRICE: Final = 0.55
ESTIMATE_WITH_DELIVERY: Final = 0.6
"""How often an order's further item is the one before once more; how often another has the same seller; how often
freight lies as far up its scale as the price does; how often the estimate lies as far up as the delivery does. Fitted,
so that the shares of identical lines, of orders with one seller, of items whose freight is above their price and of
late orders come out as in the figures."""

MOST_Z: Final = 4.0
"""The least and the greatest of about 30,000 values lie so many standard deviations from the middle."""


@cache
def figures() -> Mapping[str, Any]:
    """The figures as the file has them."""
    found: Mapping[str, Any] = json.loads(FILE.read_text())
    return found


@cache
def hourly_weights(*, week: bool) -> tuple[float, ...]:
    """How many orders are purchased in each hour of a day, or of a week from Monday on, as a share of all."""
    days: Sequence[Sequence[float]] = figures()["weekday_hours"]
    return tuple(share for day in days for share in day) if week else tuple(map(sum, zip(*days, strict=True)))


@cache
def drawing_profile() -> Mapping[str, Any]:
    """What keystone_native.OrderGenerator draws from."""
    known = figures()
    endings: Mapping[str, float] = known["item_price_endings"]
    return {
        "statuses": [_status(name, status) for name, status in known["statuses"].items()],
        "states": list(known["states"]),
        "state_weights": list(known["states"].values()),
        "weekday_hour_weights": list(hourly_weights(week=True)),
        "item_counts": [int(count) for count in known["item_counts"]],
        "item_count_weights": list(known["item_counts"].values()),
        "repeated_item": REPEATED_ITEM,
        "same_seller": SAME_SELLER,
        "price": _quantiles(known["item_price"]),
        "price_endings": [int(cents) for cents in endings],
        "price_ending_weights": [*endings.values(), 1 - sum(endings.values())],
        "freight": _quantiles(known["item_freight"]),
        "freight_with_price": FREIGHT_WITH_PRICE,
        "products": _popularity(known["products"]),
        "sellers": _popularity(known["sellers"]),
        "payment_types": list(known["payments"]["types"]),
        "payment_weights": list(first_payments().values()),
        "without_payment": 1 - known["payments"]["orders"] / known["orders"],
        "payment_differs": known["payments"]["differing_share"],
        "payment_differs_at_most_cents": round(known["payments"]["differing_at_most"] * 100),
        "hours_to_approval": _quantiles(known["hours_from_purchase_to_approval"]),
        "hours_to_carrier": _quantiles(known["hours_from_approval_to_carrier"]),
        "hours_to_customer": _quantiles(known["hours_from_carrier_to_customer"]),
        "hours_to_estimate": _quantiles(known["hours_from_purchase_to_estimate"]),
        "estimate_with_delivery": ESTIMATE_WITH_DELIVERY,
    }


def day_weights(first: date, last: date) -> Sequence[float]:
    """How many orders a day has, relatively: by its month's volume, the mean of all months outside them, and its
    weekday."""
    known = figures()
    weekdays = [sum(hours) for hours in known["weekday_hours"]]
    monthly = {month: orders / _days(month) for month, orders in known["months"].items()}
    elsewhere = fmean(monthly.values())
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [monthly.get(f"{day:%Y-%m}", elsewhere) * weekdays[day.weekday()] for day in days]


def first_payments() -> Mapping[str, int]:
    """Orders by the type of their first payment. The figures count all payments; those beyond an order's first are
    taken for vouchers, which is what an order is paid with besides."""
    payments = figures()["payments"]
    further = payments["rows"] - payments["orders"]
    return {name: count - (further if name == "voucher" else 0) for name, count in payments["types"].items()}


def _status(name: str, status: Mapping[str, int]) -> tuple[str, float, float, float, float, float]:
    orders = status["orders"]
    lacking = ("without_approval", "without_carrier", "without_delivery", "without_items")
    approval, carrier, delivery, items = (status[key] / orders for key in lacking)
    return name, orders, approval, carrier, delivery, items


def _quantiles(table: Mapping[str, float]) -> tuple[list[float], list[float]]:
    shares = (float(name.removeprefix("p")) / 100 for name in table)
    z_scores = (NormalDist().inv_cdf(share) if 0 < share < 1 else MOST_Z * (2 * share - 1) for share in shares)
    return list(z_scores), list(table.values())


def _popularity(known: Mapping[str, float]) -> tuple[list[int], list[float]]:
    ids = int(known["ids"])
    shares = [known["top_10_ids_share"], known["top_1pct_ids_share"], known["top_10pct_ids_share"], 1.0]
    return [10, ids // 100, ids // 10, ids], shares


def _days(month: str) -> int:
    year, number = month.split("-")
    return monthrange(int(year), int(number))[1]
