"""The JSON of an order: the contract's fields, exact amounts, compact."""

import json
from decimal import Decimal

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from loadgen.events import Basket, Dates, Order, Payment, order_event, render_cents, render_item, render_text
from reference.contract.order import ITEM_FIELDS, MAX_MONEY_CENTS, ORDER_FIELDS, order_json_schema

DATES = Dates("2018-05-24 13:45:00", "2018-05-24 14:00:00", "", "", "2018-06-10 00:00:00")
BASKET = Basket(render_item("p1", "s1", 3590, 1520), price_cents=3590, freight_cents=1520)
FULL = Order("o1", "c1", "SP", "delivered", DATES, BASKET, Payment("boleto", 5110))
BARE = Order("o1", "c1", None, "created", DATES, None, None)

amounts = st.integers(-MAX_MONEY_CENTS, MAX_MONEY_CENTS)


def test_fields_are_those_of_the_contract_in_their_order() -> None:
    order = json.loads(order_event(FULL).payload)
    assert list(order) == [field.name for field in ORDER_FIELDS]
    assert list(order["items"][0]) == [field.name for field in ITEM_FIELDS]


def test_json_has_no_space_between_its_parts() -> None:
    payload = order_event(FULL).payload
    assert payload.startswith('{"order_id":"o1","order_version":1,"customer_id":"c1"')
    assert payload.endswith('"items":[{"product_id":"p1","seller_id":"s1","price":35.90,"freight_value":15.20}]}')


def test_orders_follow_the_json_schema() -> None:
    for order in (FULL, BARE):
        jsonschema.validate(json.loads(order_event(order).payload), order_json_schema())


def test_what_is_missing_is_null() -> None:
    order = json.loads(order_event(BARE).payload)
    missing = (
        "customer_state",
        "order_delivered_carrier_date",
        "price",
        "freight_value",
        "payment_type",
        "payment_value",
    )
    assert [order[name] for name in missing] == [None] * 6
    assert order["items"] == []


def test_price_is_the_exact_sum_over_items() -> None:
    assert order_event(FULL).price_cents == 3590
    assert order_event(BARE).price_cents is None


@given(amounts)
def test_amounts_keep_two_exact_decimals(cents: int) -> None:
    text = render_cents(cents)
    assert text[-3] == "."
    assert json.loads(text, parse_float=Decimal) == Decimal(cents) / 100


@given(st.text(min_size=1))
def test_any_text_survives_json(text: str) -> None:
    assert json.loads(render_text(text)) == text
