"""The CSV source: how four files become orders. All rows are made up, but for the last tests."""

import csv
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loadgen.errors import SourceError
from loadgen.events import Event
from loadgen.olist_csv import CUSTOMERS, ITEMS, ORDERS, PAYMENTS, read_orders

FILES = {
    ORDERS: (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
        "order_delivered_customer_date,order_estimated_delivery_date\n"
        "o1,c1,delivered,2018-05-24 13:45:00,2018-05-24 14:00:00,2018-05-25 09:00:00,"
        "2018-05-30 18:30:00,2018-06-10 00:00:00\n"
        "o2,c2,created,2018-05-25 08:00:00,,,,\n"
    ),
    ITEMS: (
        "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n"
        "o1,10,p10,s1,2018-05-28 00:00:00,0.30,1.00\n"
        "o1,2,p2,s1,2018-05-28 00:00:00,0.1,1.5\n"
        "cut,1,p3,s1,2018-05-28 00:00:00,99.99,9.99\n"
        "o1,1,p1,,2018-05-28 00:00:00,0.20,0\n"
    ),
    PAYMENTS: (
        "order_id,payment_sequential,payment_type,payment_installments,payment_value\n"
        "o1,3,voucher,1,1.10\n"
        "o1,2,credit_card,1,2.00\n"
        "cut,1,boleto,1,109.98\n"
    ),
    CUSTOMERS: (
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\n"
        "c1,u1,01310,sao paulo,SP\n"
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def order_id(event: Event) -> str:
    return str(json.loads(event.payload)["order_id"])


def orders(folder: Path, shift_to: datetime | None = None) -> list[dict[str, Any]]:
    return [json.loads(event.payload, parse_float=Decimal) for event in read_orders(folder, shift_to)]


def replace(file: Path, old: str, new: str) -> None:
    content = file.read_text()
    assert content.count(old) == 1
    file.write_text(content.replace(old, new))


def test_orders_come_in_the_order_of_their_file(folder: Path) -> None:
    assert [order_id(event) for event in read_orders(folder)] == ["o1", "o2"]


def test_items_are_sorted_by_their_number(folder: Path) -> None:
    assert [item["product_id"] for item in orders(folder)[0]["items"]] == ["p1", "p2", "p10"]


def test_price_and_freight_are_exact_sums_over_items(folder: Path) -> None:
    order = orders(folder)[0]
    assert (order["price"], order["freight_value"]) == (Decimal("0.60"), Decimal("2.50"))
    assert next(read_orders(folder)).price_cents == 60


def test_payment_is_the_sum_and_the_type_of_the_lowest_number(folder: Path) -> None:
    order = orders(folder)[0]
    assert (order["payment_type"], order["payment_value"]) == ("credit_card", Decimal("3.10"))


def test_an_order_without_items_payments_or_customer_has_nulls(folder: Path) -> None:
    order = orders(folder)[1]
    missing = ("price", "freight_value", "payment_type", "payment_value", "customer_state", "order_approved_at")
    assert [order[name] for name in missing] == [None] * 6
    assert (order["customer_id"], order["items"]) == ("c2", [])


def test_empty_text_is_null(folder: Path) -> None:
    assert orders(folder)[0]["items"][0]["seller_id"] is None


def test_a_shift_moves_all_dates_of_an_order_by_the_same_span(folder: Path) -> None:
    order, bare = orders(folder, datetime(2026, 1, 1, 0, 0, 0, 999))  # noqa: DTZ001 - orders have no zone
    assert order["order_purchase_timestamp"] == bare["order_purchase_timestamp"] == "2026-01-01 00:00:00"
    assert order["order_approved_at"] == "2026-01-01 00:15:00"
    assert order["order_delivered_customer_date"] == "2026-01-07 04:45:00"
    assert bare["order_approved_at"] is None


def test_a_shift_out_of_the_calendar_is_an_error(folder: Path) -> None:
    replace(folder / ORDERS, "2018-06-10 00:00:00", "9999-12-31 00:00:00")
    with pytest.raises(SourceError, match="line 2: column order_estimated_delivery_date is '9999-12-31 00:00:00'"):
        orders(folder, datetime(2026, 1, 1))  # noqa: DTZ001 - orders have no zone


def test_an_orders_file_without_rows_has_no_orders(folder: Path) -> None:
    (folder / ORDERS).write_text(FILES[ORDERS].splitlines()[0])
    assert orders(folder) == []


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SourceError, match=f"{name}: cannot be read: No such file"):
        read_orders(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_column_is_named(folder: Path, name: str) -> None:
    column = FILES[name].splitlines()[0].split(",")[-1]
    replace(folder / name, column, "renamed")
    with pytest.raises(SourceError, match=f"{name}, line 1: column {column} is missing"):
        read_orders(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (ORDERS, "o1,c1", ",c1", "line 2: column order_id is ''"),
        (ORDERS, "o1,c1", "o1,", "line 2: column customer_id is ''"),
        (ORDERS, "o2,c2", "o1,c2", "line 3: column order_id is 'o1', allowed is an id that no earlier row has"),
        (ORDERS, "2018-05-25 08:00:00", "", "line 3: column order_purchase_timestamp is ''"),
        (ORDERS, "2018-05-24 14:00:00", "yesterday", "line 2: column order_approved_at is 'yesterday'"),
        (ITEMS, "0.30", "0.305", "line 2: column price is '0.305'"),
        (ITEMS, "9.99,9.99", "9.99,free", "line 4: column freight_value is 'free'"),
        (ITEMS, "o1,10", "o1,ten", "line 2: column order_item_id is 'ten'"),
        (ITEMS, "cut,1", ",1", "line 4: column order_id is ''"),
        (ITEMS, "0.30,1.00\no1,2,p2,s1,2018-05-28 00:00:00,0.1", "9999999999.99,1.00\no1,2,p2,s1,x,0.1",
         "column price of order 'o1' sums to 10000000000.29, allowed is at most 9999999999.99"),
        (PAYMENTS, "2.00", "-", "line 3: column payment_value is '-'"),
        (PAYMENTS, "o1,3", "o1,3.0", "line 2: column payment_sequential is '3.0'"),
        (CUSTOMERS, "c1,u1", ",u1", "line 2: column customer_id is ''"),
    ],
)  # fmt: skip
def test_a_broken_row_is_named(folder: Path, name: str, old: str, new: str, message: str) -> None:
    replace(folder / name, old, new)
    with pytest.raises(SourceError, match=f"{name}.*{message}"):
        orders(folder)


def test_orders_before_a_broken_one_are_read(folder: Path) -> None:
    replace(folder / ORDERS, "2018-05-25 08:00:00", "never")
    source = read_orders(folder)
    assert order_id(next(source)) == "o1"
    with pytest.raises(SourceError, match="line 3"):
        next(source)


def test_products_are_checked_where_present(folder: Path) -> None:
    products = folder / "olist_products_dataset.csv"
    products.write_text("product_id,product_category_name\np1,\n")
    assert len(orders(folder)) == 2
    products.write_text("product_id,product_category_name\np1\n")
    with pytest.raises(SourceError, match=r"olist_products_dataset.csv, line 2: the row has 1 fields"):
        read_orders(folder)


def test_sellers_are_checked_where_present(folder: Path) -> None:
    (folder / "olist_sellers_dataset.csv").write_text("seller_id,seller_state\n,SP\n")
    with pytest.raises(SourceError, match=r"olist_sellers_dataset.csv, line 2: column seller_id is ''"):
        read_orders(folder)


@pytest.fixture(scope="module")
def real_events(real_orders: Path) -> list[Event]:
    return list(read_orders(real_orders))


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_every_real_order_becomes_one_event(real_events: list[Event], real_orders: Path) -> None:
    assert [order_id(event) for event in real_events] == [row["order_id"] for row in rows_of(real_orders / ORDERS)]
    assert len(real_events) == 8_000


def test_real_prices_sum_to_those_of_the_items(real_events: list[Event], real_orders: Path) -> None:
    ids = {row["order_id"] for row in rows_of(real_orders / ORDERS)}
    expected = sum(Decimal(row["price"]) for row in rows_of(real_orders / ITEMS) if row["order_id"] in ids)
    assert sum(event.price_cents or 0 for event in real_events) == expected * 100
    in_json = (json.loads(event.payload, parse_float=Decimal) for event in real_events)
    assert sum(order["price"] for order in in_json if order["price"] is not None) == expected


def test_real_events_have_the_size_the_platform_is_planned_for(real_events: list[Event]) -> None:
    sizes = sorted(len(event.payload.encode()) for event in real_events)
    assert 640 < sum(sizes) / len(sizes) < 670
    assert 890 < sizes[int(0.99 * len(sizes))] < 930
