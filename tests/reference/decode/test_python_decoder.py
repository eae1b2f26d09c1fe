"""What an order may look like, and the reason given for each that does not."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.contract.decoding import DecodeContract
from reference.contract.order import ORDER_ARROW_SCHEMA
from reference.decode.python_decoder import PythonDecoder, decode_order

LATEST = date(2030, 1, 1)
CONTRACT = DecodeContract("python/1", frozenset(), LATEST)
ORDER: dict[str, Any] = {"order_id": "o1", "order_purchase_timestamp": "2018-05-24 10:00:00"}


def reasons(**changes: Any) -> list[str]:
    return decode_order(json.dumps(ORDER | changes).encode(), LATEST)[1]


def raw_reasons(text: str) -> list[str]:
    return decode_order(text.encode(), LATEST)[1]


def test_the_two_required_fields_are_enough() -> None:
    row, problems = decode_order(json.dumps(ORDER).encode(), LATEST)
    assert not problems
    assert row["order_purchase_timestamp"] == datetime(2018, 5, 24, 10)  # noqa: DTZ001 - local by contract
    assert (row["order_version"], row["price"], row["items"]) == (1, None, None)


def test_a_whole_order_becomes_a_row_of_the_contracts_types() -> None:
    item = {"product_id": "p", "seller_id": "s", "price": 35.90, "freight_value": 0}
    payload = json.dumps(ORDER | {"price": 35.9, "items": [item], "order_version": 3}).encode()
    decoded = PythonDecoder().decode([payload], CONTRACT)
    assert decoded.orders.schema == ORDER_ARROW_SCHEMA
    [row] = decoded.orders.to_pylist()
    assert (row["price"], row["items"][0]["price"], row["order_version"]) == (Decimal("35.90"), Decimal("35.90"), 3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"order_id": None}, "order_id: missing or null, it is required"),
        ({"order_id": ""}, "order_id: empty, it is required"),
        ({"order_id": 7}, "order_id: 7 is a number, allowed is a string or null"),
        ({"order_id": "\ud800"}, "order_id: a lone surrogate, which is no character"),
        ({"order_purchase_timestamp": None}, "order_purchase_timestamp: missing or null, it is required"),
        ({"order_purchase_timestamp": "2018-05-24"}, '"2018-05-24" is no timestamp, allowed is YYYY-MM-DD HH:MM:SS'),
        ({"order_purchase_timestamp": "2018-02-30 10:00:00"}, "is no timestamp"),
        ({"order_approved_at": "2018-5-24  10:00:00"}, '"2018-5-24  10:00:00" is no timestamp'),
        ({"price": "35.90"}, 'price: "35.90" is a string, allowed is a number or null'),
        ({"price": True}, "price: true is a boolean"),
        ({"price": 1.005}, "price: 1.005 has more than 2 decimals"),
        ({"price": 1e10}, "price: 10000000000.0 does not fit"),
        ({"order_version": 0}, "order_version: 0 is out of range"),
        ({"order_version": 1.5}, "order_version: 1.5 is a number, allowed is a whole number"),
        ({"items": {}}, "items: the value is an object, allowed is an array"),
        ({"items": [3]}, "items[0]: a number, allowed is an object"),
        ({"items": [{}, {"price": "x"}]}, 'items[1].price: "x" is a string'),
        ({"order_purchase_timestamp": "1999-12-31 23:59:59"}, "1999-12-31, allowed are days from 2000-01-01"),
        ({"order_purchase_timestamp": "2030-01-02 00:00:00"}, "2030-01-02, allowed are days from 2000-01-01"),
    ],
)
def test_each_broken_field_is_named_with_its_value_and_what_is_allowed(changes: dict[str, Any], reason: str) -> None:
    [given_reason] = reasons(**changes)
    assert reason in given_reason


def test_all_broken_fields_are_named_at_once() -> None:
    assert len(reasons(order_id=None, price="x", items=[{"price": "y"}])) == 3


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"x"', '{"a": NaN}', "{} {}", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    [reason] = raw_reasons(text)
    assert reason.startswith("payload: ")


@pytest.mark.parametrize(
    "number",
    [
        "1e-999999999",
        "1e999999999",
        "1e99999999999999999999",
        "1." + "0" * 60 + "1",
        "9" * 5000,
        "12345678901.00",
        "-10000000000",
    ],
)
def test_no_number_is_rounded_into_the_money_column(number: str) -> None:
    [reason] = raw_reasons(json.dumps(ORDER)[:-1] + f', "price": {number}}}')
    assert reason.startswith(("price: ", "payload: "))


@given(st.integers(-(10**12) + 1, 10**12 - 1), st.integers(0, 30))
def test_money_keeps_every_cent_however_many_zeros_follow(cents: int, zeros: int) -> None:
    text = f"{Decimal(cents).scaleb(-2):f}" + "0" * zeros
    row, problems = decode_order((json.dumps(ORDER)[:-1] + f', "price": {text}}}').encode(), LATEST)
    assert not problems
    assert row["price"] == Decimal(cents).scaleb(-2)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(ORDER_ARROW_SCHEMA.names), json_values), st.binary(max_size=200))
def test_any_payload_is_either_a_row_that_fits_the_schema_or_has_reasons(event: dict[str, Any], noise: bytes) -> None:
    payloads = [json.dumps(event).encode(), noise]
    decoded = PythonDecoder().decode(payloads, CONTRACT)
    assert decoded.orders.num_rows + len(decoded.failed) == len(payloads)
    assert all(reason for reasons in decoded.failed.values() for reason in reasons)
    decoded.orders.validate(full=True)


@pytest.mark.parametrize("depth", range(1, 1100, 7))
def test_no_depth_of_nesting_stops_the_decoder(depth: int) -> None:
    [reason] = raw_reasons(json.dumps(ORDER)[:-1] + ', "price": ' + "[" * depth + "]" * depth + "}")
    assert ("nested more than 500 levels" in reason) == (depth + 1 > 500)


def test_brackets_inside_a_string_nest_nothing() -> None:
    assert reasons(customer_id='"[{\\' * 600) == []


def test_one_bad_payload_does_not_touch_its_neighbours() -> None:
    good = json.dumps(ORDER).encode()
    decoded = PythonDecoder().decode([good, b"{", good], CONTRACT)
    assert (decoded.orders.num_rows, list(decoded.failed)) == (2, [1])
