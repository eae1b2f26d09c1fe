"""A day of a million rows, half a percent of each kind bad, some in several ways: all of it goes where it belongs."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from reference.alerts.alert import Alert
from reference.contract.order import ORDER_ARROW_SCHEMA
from reference.days.steps import DaySteps
from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.quality.checkpoint import POLL_S, run_checkpoint
from reference.quality.rule_file import DEFAULT, read_rules
from reference.state.alert_keys import AlertKeys
from reference.state.day_states import DayStates
from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint
from tests.reference.day_lake import DAY, DayLake
from tests.scenarios.targets.embedded.athena.serving import OUTPUT

pytest.importorskip("great_expectations", reason="needs the extra quality")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROWS = 1_000_000
SHARE = 0.005
AMOUNT = pa.decimal128(12, 2)
KINDS = ("customer-present", "price-above-zero", "delivered-after-purchase", "status-known", "state-known")
STATES = np.array(["SP", "RJ", "MG", "RS"])


def spoilt() -> Mapping[str, Any]:
    """Rule → which rows break it; made first, so that nothing is asked of what is tested."""
    random = np.random.default_rng(9)
    masks = {name: random.random(ROWS) < SHARE for name in KINDS}
    repeated = random.random(ROWS) < SHARE
    repeated[0] = False
    return masks | {"version-once": repeated}


def orders(bad: Mapping[str, Any]) -> pa.Table:
    """The day's orders; a repeated version is that of row 0, which comes first."""
    number, at = np.arange(ROWS), np.datetime64("2018-05-24T00:00:00", "us")
    bought = at + (number % 86_400).astype("timedelta64[s]")
    delivered = np.where(bad["delivered-after-purchase"], bought - np.timedelta64(1, "s"), bought)
    cents = np.where(bad["price-above-zero"], 0, 100 + number % 900)
    columns: dict[str, Any] = {
        "order_id": pc.cast(pa.array(np.where(bad["version-once"], 0, number)), pa.string()),
        "order_version": pa.array(np.ones(ROWS, np.int64)),
        "customer_id": pa.array(np.full(ROWS, "c"), mask=bad["customer-present"]),
        "customer_state": pa.array(np.where(bad["state-known"], "XX", STATES[number % 4])),
        "order_status": pa.array(np.where(bad["status-known"], "lost", "delivered")),
        "order_purchase_timestamp": pa.array(bought),
        "order_delivered_customer_date": pa.array(delivered),
        "price": pc.multiply(pa.array(cents).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"))).cast(AMOUNT),
        "freight_value": pa.array(np.full(ROWS, 7)).cast(pa.decimal128(19, 0)).cast(AMOUNT),
    }
    nothing = {field.name: pa.nulls(ROWS, field.type) for field in ORDER_ARROW_SCHEMA if field.name not in columns}
    return pa.table([(columns | nothing)[f.name] for f in ORDER_ARROW_SCHEMA], schema=ORDER_ARROW_SCHEMA)


def test_a_million_rows_go_where_they_belong(day_lake: DayLake, database: PostgresEndpoint) -> None:
    migrate(database.direct)
    bad, told = spoilt(), list[Alert]()
    day_lake.add_orders(orders(bad), pc.cast(pa.array(np.arange(ROWS)), pa.string()).cast(pa.binary()))
    day_lake.mark()
    steps = DaySteps(
        athena=day_lake.athena,
        rules=read_rules(DEFAULT, SILVER),
        markers=day_lake.markers,
        states=DayStates(database.pooled),
        channels=[Box(told)],
        keys=AlertKeys(database.pooled),
        most_failing=0.05,
        alert_above=0.01,
        now_ns=time.time_ns,
        reach=lambda _: None,
    )
    pinned = steps.pin([DAY])
    address = day_lake.athena._client.meta.endpoint_url  # noqa: SLF001 - for pyathena, which has a client of its own
    url = (
        f"awsathena+rest://a:b@athena.us-east-1.amazonaws.com:443/silver?region_name=us-east-1&poll_interval={POLL_S}"
        f"&endpoint_url={address}&s3_staging_dir={OUTPUT}"
    )
    [checked] = steps.judge(pinned, run_checkpoint(url, steps.open_view(pinned), steps.rules, SILVER, DAY_COLUMNS))
    steps.quarantine([checked])
    steps.gold([checked])
    steps.alert(checked)

    any_bad = np.logical_or.reduce(list(bad.values()))
    several = sum(mask.astype(int) for mask in bad.values()) > 1
    assert several.sum() > 100
    assert (checked.rows, checked.failing) == (ROWS, any_bad.sum())
    assert checked.by_rule == {name: mask.sum() for name, mask in bad.items()}
    expected = {(0, int(row)): [name for name, mask in bad.items() if mask[row]] for row in np.flatnonzero(any_bad)}
    assert day_lake.quarantined() == expected
    number = np.arange(ROWS)
    clean = {(DAY, str(state)): number[~any_bad & (STATES[number % 4] == state)] for state in STATES}
    assert day_lake.gold() == {
        key: (len(rows), f"{(100 + rows % 900).sum() / 100:.2f}", f"{len(rows) * 7:.2f}", 1)
        for key, rows in clean.items()
    }
    assert sum(orders for orders, *_ in day_lake.gold().values()) + len(expected) == ROWS
    assert [alert.key for alert in told] == ["quarantine/2018-05-24/1"]


class Box:
    """A channel."""

    name = "box"

    def __init__(self, taken: list[Alert]) -> None:
        self._taken = taken

    def send(self, alert: Alert) -> None:
        self._taken.append(alert)
