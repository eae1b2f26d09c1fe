"""The order's table of fields and the two schemas made from it."""

from decimal import Decimal
from typing import Any

import jsonschema
import pyarrow as pa
import pytest

from reference.contract.names import CONSUMER_GROUP, TOPIC
from reference.contract.order import ORDER_ARROW_SCHEMA, ORDER_FIELDS, Kind, order_json_schema

SMALLEST = {"order_id": "a", "order_purchase_timestamp": "2018-05-24 13:45:00"}


def is_valid(order: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(order_json_schema()).is_valid(order)


def test_arrow_columns_are_the_fields_in_their_order() -> None:
    assert ORDER_ARROW_SCHEMA.names == [field.name for field in ORDER_FIELDS]


def test_only_order_id_and_purchase_are_required() -> None:
    required = ["order_id", "order_purchase_timestamp"]
    assert [column.name for column in ORDER_ARROW_SCHEMA if not column.nullable] == required
    assert order_json_schema()["required"] == required


def test_timestamps_have_microseconds_and_no_zone() -> None:
    names = [field.name for field in ORDER_FIELDS if field.kind is Kind.TIMESTAMP]
    assert len(names) == 5
    assert {ORDER_ARROW_SCHEMA.field(name).type for name in names} == {pa.timestamp("us")}


def test_money_is_decimal_12_2() -> None:
    for name in ("price", "freight_value", "payment_value"):
        assert ORDER_ARROW_SCHEMA.field(name).type == pa.decimal128(12, 2)


def test_an_order_fits_the_arrow_schema() -> None:
    item = {"product_id": "p", "seller_id": None, "price": Decimal("35.90"), "freight_value": Decimal("0.00")}
    order = dict.fromkeys(ORDER_ARROW_SCHEMA.names) | {"order_id": "a", "order_version": 1, "items": [item]}
    batch = pa.RecordBatch.from_pylist([order], schema=ORDER_ARROW_SCHEMA)
    assert batch.to_pylist() == [order]


def test_json_schema_is_a_valid_schema_in_both_drafts() -> None:
    jsonschema.Draft202012Validator.check_schema(order_json_schema())
    jsonschema.Draft7Validator.check_schema(
        {**order_json_schema(), "$schema": jsonschema.Draft7Validator.META_SCHEMA["$id"]}
    )


def test_required_fields_alone_are_an_order() -> None:
    assert is_valid(SMALLEST)


def test_every_other_field_may_be_null() -> None:
    assert is_valid({field.name: None for field in ORDER_FIELDS} | SMALLEST)


def test_unknown_fields_are_allowed() -> None:
    assert is_valid({**SMALLEST, "coupon": "BLACK"})


@pytest.mark.parametrize("missing", ["order_id", "order_purchase_timestamp"])
def test_a_missing_or_null_required_field_is_refused(missing: str) -> None:
    assert not is_valid({**SMALLEST, missing: None})
    assert not is_valid({name: value for name, value in SMALLEST.items() if name != missing})


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_id": ""},
        {"order_id": 7},
        {"order_version": 0},
        {"order_version": 1.5},
        {"order_purchase_timestamp": "2018-05-24T13:45:00"},
        {"order_approved_at": "2018-05-24"},
        {"price": "35.90"},
        {"price": 10_000_000_000},
        {"items": {}},
        {"items": [None]},
        {"items": [{"price": "free"}]},
    ],
    ids=str,
)
def test_a_field_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    assert not is_valid({**SMALLEST, **wrong})


def test_callers_cannot_change_the_schema_of_others() -> None:
    order_json_schema()["properties"].clear()
    assert order_json_schema()["properties"]


def test_names_are_those_of_the_platform() -> None:
    assert (TOPIC, CONSUMER_GROUP) == ("olist-enterprise-events", "lakehouse-enterprise-writers")
