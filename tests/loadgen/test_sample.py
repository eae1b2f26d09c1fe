"""Generated orders: as many as asked for, the same each time, in the contract's shape."""

import json
from datetime import date, datetime

import jsonschema
import pytest

from loadgen.events import Event
from loadgen.sample import generate_orders
from reference.contract.order import TIMESTAMP_FORMAT, order_json_schema


def purchases(events: list[Event]) -> list[datetime]:
    texts = [json.loads(event.payload)["order_purchase_timestamp"] for event in events]
    return [datetime.strptime(text, TIMESTAMP_FORMAT) for text in texts]  # noqa: DTZ007 - orders have no zone


@pytest.fixture(scope="module")
def orders() -> list[Event]:
    return list(generate_orders(2_000, seed=7))


def test_the_same_seed_gives_the_same_orders(orders: list[Event]) -> None:
    assert list(generate_orders(2_000, seed=7)) == orders


def test_another_seed_gives_other_orders(orders: list[Event]) -> None:
    others = generate_orders(2_000, seed=8)
    assert {order.order_id for order in others}.isdisjoint(order.order_id for order in orders)


def test_order_ids_are_unique(orders: list[Event]) -> None:
    assert len({order.order_id for order in orders}) == 2_000


def test_orders_follow_the_json_schema(orders: list[Event]) -> None:
    validator = jsonschema.Draft202012Validator(order_json_schema())
    assert all(validator.is_valid(json.loads(order.payload)) for order in orders)


def test_purchases_are_spread_over_the_days_asked_for() -> None:
    events = list(generate_orders(500, seed=1, last_day=date(2018, 3, 2), days=3))
    assert {moment.date() for moment in purchases(events)} == {date(2018, 2, 28), date(2018, 3, 1), date(2018, 3, 2)}


def test_dates_of_an_order_follow_each_other(orders: list[Event]) -> None:
    chain = ("order_purchase_timestamp", "order_approved_at", "order_delivered_carrier_date")
    for order in map(json.loads, (event.payload for event in orders)):
        dates = [order[name] for name in chain] + [order["order_delivered_customer_date"] or "9"]
        assert dates == sorted(dates)


def test_shifted_orders_are_all_purchased_at_that_moment() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - orders have no zone
    assert set(purchases(list(generate_orders(10, seed=1, shift_to=moment)))) == {moment}


def test_payloads_are_about_as_large_as_real_ones(orders: list[Event]) -> None:
    mean = sum(len(order.payload.encode()) for order in orders) / len(orders)
    assert 600 < mean < 730
