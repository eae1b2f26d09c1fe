"""Orders of one day by the million, a share of each kind bad, some in several ways, and what is to become of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reference.contract.order import ORDER_ARROW_SCHEMA

STATES = np.array(["SP", "RJ", "MG", "RS"])
_KINDS = ("customer-present", "price-above-zero", "delivered-after-purchase", "status-known", "state-known")
_AMOUNT = pa.decimal128(12, 2)


def spoilt(rows: int, share: float) -> Mapping[str, Any]:
    """Rule → which rows break it; made first, so that nothing is asked of what is tested."""
    random = np.random.default_rng(9)
    masks = {name: random.random(rows) < share for name in _KINDS}
    repeated = random.random(rows) < share
    repeated[0] = False
    return masks | {"version-once": repeated}


def many_orders(bad: Mapping[str, Any], first: int = 0) -> pa.Table:
    """The orders, with numbers from `first` on; a repeated version is that of order 0."""
    rows = len(bad["version-once"])
    number, at = np.arange(first, first + rows), np.datetime64("2018-05-24T00:00:00", "us")
    bought = at + (number % 86_400).astype("timedelta64[s]")
    delivered = np.where(bad["delivered-after-purchase"], bought - np.timedelta64(1, "s"), bought)
    cents = np.where(bad["price-above-zero"], 0, 100 + number % 900)
    columns: dict[str, Any] = {
        "order_id": pc.cast(pa.array(np.where(bad["version-once"], 0, number)), pa.string()),
        "order_version": pa.array(np.ones(rows, np.int64)),
        "customer_id": pa.array(np.full(rows, "c"), mask=bad["customer-present"]),
        "customer_state": pa.array(np.where(bad["state-known"], "XX", STATES[number % 4])),
        "order_status": pa.array(np.where(bad["status-known"], "lost", "delivered")),
        "order_purchase_timestamp": pa.array(bought),
        "order_delivered_customer_date": pa.array(delivered),
        "price": pc.multiply(pa.array(cents).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"))).cast(_AMOUNT),
        "freight_value": pa.array(np.full(rows, 7)).cast(pa.decimal128(19, 0)).cast(_AMOUNT),
    }
    nothing = {field.name: pa.nulls(rows, field.type) for field in ORDER_ARROW_SCHEMA if field.name not in columns}
    return pa.table([(columns | nothing)[f.name] for f in ORDER_ARROW_SCHEMA], schema=ORDER_ARROW_SCHEMA)
