"""The `csv:DIR` source: orders from the CSV files of the Brazilian e-commerce data set, as published or cut smaller.

Orders are read one by one, in the order of their file. Customers, items and payments are read first and kept as one
small value for each order; those of orders that are not in the orders file are ignored, so a cut of that file alone
is a valid data set.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from sys import intern
from typing import Final

from loadgen.csv_table import TIMESTAMP_ALLOWED, CsvTable
from loadgen.errors import SourceError
from loadgen.events import Basket, Dates, Event, Order, Payment, order_event, render_cents, render_item
from reference.contract.order import MAX_MONEY_CENTS

ORDERS: Final = "olist_orders_dataset.csv"
ITEMS: Final = "olist_order_items_dataset.csv"
PAYMENTS: Final = "olist_order_payments_dataset.csv"
CUSTOMERS: Final = "olist_customers_dataset.csv"

OPTIONAL_FILES: Final = {
    "olist_products_dataset.csv": ("product_id", "product_category_name"),
    "olist_sellers_dataset.csv": ("seller_id", "seller_state"),
}
"""Not part of the event: where present, the format is checked and a key is required in each row."""

_Item = tuple[int, str, int, int]
"""Number within the order, JSON, price and freight in cents."""

_DATE_COLUMNS = (
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
)


def read_orders(folder: Path, shift_to: datetime | None = None) -> Iterator[Event]:
    """The orders of a folder as events; checks all headers and reads all other tables before it returns.

    With `shift_to` (local time without a zone; fractions of a second are dropped) every order is purchased at that
    moment and its other dates move by the same span. Raises SourceError for what is missing or broken: here for all
    tables but the orders, while iterating for the orders' rows.
    """
    if not folder.is_dir():
        raise SourceError(f"csv:{folder}: there is no such folder, allowed is one that holds {ORDERS}")
    orders = CsvTable(folder / ORDERS, ("order_id", "customer_id", "order_status", *_DATE_COLUMNS))
    for name, columns in OPTIONAL_FILES.items():
        if (folder / name).exists():
            _check_keys(folder / name, columns)
    return _events(
        orders,
        states=_customer_states(folder),
        baskets=_baskets(folder),
        payments=_payments(folder),
        shift_to=shift_to,
    )


def _events(
    orders: CsvTable,
    *,
    states: dict[str, str],
    baskets: dict[str, Basket],
    payments: dict[str, Payment],
    shift_to: datetime | None,
) -> Iterator[Event]:
    seen: set[str] = set()
    for order_id, customer_id, status, *dates in orders:
        orders.key("customer_id", customer_id)
        if orders.key("order_id", order_id) in seen:
            raise orders.bad_value("order_id", order_id, "an id that no earlier row has")
        seen.add(order_id)
        yield order_event(
            Order(
                order_id=order_id,
                customer_id=customer_id,
                customer_state=states.get(customer_id),
                status=status,
                dates=_dates(orders, dates, shift_to),
                basket=baskets.get(order_id),
                payment=payments.get(order_id),
            )
        )


def _dates(orders: CsvTable, values: list[str], shift_to: datetime | None) -> Dates:
    """The checked dates of a row; all but the purchase may be empty."""
    checked = [
        orders.timestamp(column, value) if value or column == _DATE_COLUMNS[0] else ""
        for column, value in zip(_DATE_COLUMNS, values, strict=True)
    ]
    if shift_to is None:
        return Dates(*checked)
    span = shift_to.replace(microsecond=0) - datetime.fromisoformat(checked[0])
    return Dates(*(_shifted(orders, column, value, span) for column, value in zip(_DATE_COLUMNS, checked, strict=True)))


def _shifted(orders: CsvTable, column: str, value: str, span: timedelta) -> str:
    try:
        return str(datetime.fromisoformat(value) + span) if value else ""
    except OverflowError:
        raise orders.bad_value(column, value, f"{TIMESTAMP_ALLOWED} that can move by {span}") from None


def _customer_states(folder: Path) -> dict[str, str]:
    customers = CsvTable(folder / CUSTOMERS, ("customer_id", "customer_state"))
    return {customers.key("customer_id", customer_id): intern(state) for customer_id, state in customers}


def _baskets(folder: Path) -> dict[str, Basket]:
    columns = ("order_id", "order_item_id", "product_id", "seller_id", "price", "freight_value")
    table = CsvTable(folder / ITEMS, columns)
    orders: dict[str, list[_Item]] = {}
    for order_id, number, product_id, seller_id, price_text, freight_text in table:
        price = table.cents("price", price_text)
        freight = table.cents("freight_value", freight_text)
        json = render_item(product_id, seller_id, price, freight)
        item = (table.sequence("order_item_id", number), json, price, freight)
        orders.setdefault(table.key("order_id", order_id), []).append(item)
    return {order_id: _basket(folder / ITEMS, order_id, items) for order_id, items in orders.items()}


def _basket(file: Path, order_id: str, items: list[_Item]) -> Basket:
    """Items by their number, those with the same number in the order of the file."""
    items.sort(key=itemgetter(0))
    return Basket(
        items=",".join(json for _, json, _, _ in items),
        price_cents=_sum(file, order_id, "price", [price for _, _, price, _ in items]),
        freight_cents=_sum(file, order_id, "freight_value", [freight for _, _, _, freight in items]),
    )


def _payments(folder: Path) -> dict[str, Payment]:
    table = CsvTable(folder / PAYMENTS, ("order_id", "payment_sequential", "payment_type", "payment_value"))
    orders: dict[str, list[tuple[int, str, int]]] = {}
    for order_id, number, payment_type, value in table:
        payment = (
            table.sequence("payment_sequential", number),
            intern(payment_type),
            table.cents("payment_value", value),
        )
        orders.setdefault(table.key("order_id", order_id), []).append(payment)
    return {order_id: _payment(folder / PAYMENTS, order_id, payments) for order_id, payments in orders.items()}


def _payment(file: Path, order_id: str, payments: list[tuple[int, str, int]]) -> Payment:
    first = min(payments, key=itemgetter(0))
    return Payment(first[1], _sum(file, order_id, "payment_value", [cents for _, _, cents in payments]))


def _sum(file: Path, order_id: str, column: str, cents: list[int]) -> int:
    total = sum(cents)
    if abs(total) > MAX_MONEY_CENTS:
        limit = render_cents(MAX_MONEY_CENTS)
        raise SourceError(
            f"{file}: column {column} of order {order_id!r} sums to {render_cents(total)}, allowed is at most {limit}"
        )
    return total


def _check_keys(path: Path, columns: tuple[str, str]) -> None:
    table = CsvTable(path, columns)
    for key, _ in table:
        table.key(columns[0], key)
